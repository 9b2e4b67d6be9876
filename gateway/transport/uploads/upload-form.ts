// Upload form: the body of a request with files to a service (GraphQL multipart request specification; RFC 7578). It is
// written while the files arrive, and retains none of them.
import { parseMediaType } from '../../json/media-type.ts';
import type { ArrivingFile, FormFields, UploadFiles } from './upload-files.ts';

/** @throws what `files.arriving` throws. */
export async function* uploadForm(
  boundary: string,
  { operations, map }: FormFields,
  files: Pick<UploadFiles, 'arriving'>,
): AsyncGenerator<Uint8Array> {
  const field = (name: string, value: string) =>
    `--${boundary}\r\ncontent-disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`;
  yield Buffer.from(field('operations', operations) + field('map', map));
  for await (const file of files.arriving()) {
    yield Buffer.from(`--${boundary}\r\n${fileHead(file)}\r\n\r\n`);
    yield* file.content;
    yield lineEnd;
  }
  // Only here are the files known to be all of them: what ends before is no form.
  yield Buffer.from(`--${boundary}--\r\n`);
}

const lineEnd = Buffer.from('\r\n');

function fileHead({ index, filename = 'blob', type }: ArrivingFile): string {
  const disposition = `content-disposition: form-data; name="${index}"; filename="${escaped(filename)}"`;
  // Visible characters alone: a media type has no others.
  const isType = /^[\x20-\x7e]*$/.test(type) && parseMediaType(type) !== null;
  return `${disposition}\r\ncontent-type: ${isType ? type : 'application/octet-stream'}`;
}

/** As browsers escape names (HTML, "multipart form data"), and other control characters likewise. */
function escaped(filename: string): string {
  return Array.from(filename, (character) => {
    if (character !== '"' && character >= ' ' && character !== '\x7f') return character;
    return `%${character.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`;
  }).join('');
}
