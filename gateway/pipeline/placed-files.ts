// Placed files: the files of a request, and where they belong in its variables.
import type { UploadFiles } from '../transport/uploads/upload-files.ts';

/** A place of a file in the variables. */
export interface UploadPlace {
  /** The file's index in the map. */
  index: number;
  /** As the map has it: `variables.input.files.0`. */
  path: string;
  /** The path below `variables`. */
  keys: readonly string[];
}

/** Files of a request, with their places. */
export interface PlacedFiles extends UploadFiles {
  readonly places: readonly UploadPlace[];
}
