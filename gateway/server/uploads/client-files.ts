// Client files: the files of one request, as the service that gets them pulls them from its form.
import type { UploadsConfig } from '../../config/uploads.ts';
import { milliseconds } from '../../config/values.ts';
import type { PlacedFiles, UploadPlace } from '../../pipeline/placed-files.ts';
import type { ArrivingFile, Placeholders } from '../../transport/uploads/upload-files.ts';
import type { FormPart, FormReader } from './form-reader.ts';
import { rejectedUpload, tooLargeUpload, UploadFault } from './upload-fault.ts';
import { type MappedOperations, shown } from './upload-form.ts';

/** Codings that leave bytes as they are. Others are of mail, and forms do not have them (RFC 7578, section 4.7). */
const plainCodings = new Set(['7bit', '8bit', 'binary']);

export class ClientFiles implements PlacedFiles {
  readonly placeholders: Placeholders;
  readonly places: readonly UploadPlace[];
  readonly timeout: number;
  readonly #reader: FormReader;
  readonly #names: readonly string[];
  readonly #config: UploadsConfig;
  readonly #missing: Set<string>;
  #bytes = 0;

  constructor(
    reader: FormReader,
    placeholders: Placeholders,
    { names, places }: Pick<MappedOperations, 'names' | 'places'>,
    config: UploadsConfig,
  ) {
    this.#reader = reader;
    this.placeholders = placeholders;
    this.places = places;
    this.#names = names;
    this.#config = config;
    this.timeout = milliseconds(config.timeout);
    this.#missing = new Set(names);
  }

  get count(): number {
    return this.#names.length;
  }

  async *arriving(): AsyncGenerator<ArrivingFile> {
    try {
      for (let part = await this.#reader.next(); part; part = await this.#reader.next()) yield this.#fileOf(part);
      const [first] = this.#missing;
      if (first !== undefined) throw rejectedUpload(`The form has no part ${shown(first)}, which its map names.`);
    } catch (error) {
      throw this.#ended(error);
    }
  }

  stop(): void {
    this.#reader.fail(rejectedUpload('The files were not needed any more.'));
  }

  #fileOf({ name = '', filename, type, coding, content }: FormPart): ArrivingFile {
    if (!this.#missing.delete(name)) {
      const isKnown = this.#names.includes(name);
      throw rejectedUpload(
        isKnown
          ? `The form has the part ${shown(name)} twice.`
          : `The form has the part ${shown(name)}, which its map does not name.`,
      );
    }
    if (!plainCodings.has(coding)) {
      throw rejectedUpload(`The part ${shown(name)} has a content-transfer-encoding: send the bytes as they are.`);
    }
    return { index: this.#names.indexOf(name), filename, type, content: this.#bounded(content) };
  }

  async *#bounded(content: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
    const { maxFileBytes, maxBytes } = this.#config;
    let bytes = 0;
    try {
      for await (const chunk of content) {
        bytes += chunk.length;
        this.#bytes += chunk.length;
        if (bytes > maxFileBytes) throw tooLargeUpload('A file has', maxFileBytes, 'bytes', 'uploads.maxFileBytes');
        if (this.#bytes > maxBytes) throw tooLargeUpload('The files have', maxBytes, 'bytes', 'uploads.maxBytes');
        yield chunk;
      }
    } catch (error) {
      throw this.#ended(error);
    }
  }

  /** The error for the field; the form ends with it. */
  #ended(error: unknown): unknown {
    if (!(error instanceof UploadFault)) return error;
    this.#reader.fail(error);
    return error.asFetchError;
  }
}
