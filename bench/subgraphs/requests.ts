// Reads HTTP/1.1 requests from the bytes of one connection: split or joined in any way, keep-alive, pipelined. It
// supports only what gateways send to a subgraph: a head, and a body with a content-length.
// https://www.rfc-editor.org/rfc/rfc9112

export type Request = { method: string; close: boolean; body: Buffer };

const headEnd = '\r\n\r\n';
const contentLength = /\r\ncontent-length:[ \t]*(\d+)/i;
const chunked = /\r\ntransfer-encoding:/i;
const connectionClose = /\r\nconnection:[ \t]*close/i;

export class RequestReader {
  private rest: Buffer | undefined;
  // The total size of the request being waited for; 0 while its head is not complete. Saves searching again on each
  // piece.
  private awaited = 0;

  /** Takes the next bytes; returns the requests they complete, in order. Throws on a body of unknown length. */
  read(bytes: Buffer): Request[] {
    const buffer = this.rest ? Buffer.concat([this.rest, bytes]) : bytes;
    this.rest = undefined;
    const requests: Request[] = [];
    let start = 0;
    while (start < buffer.length) {
      if (this.awaited > buffer.length - start) break;
      const end = buffer.indexOf(headEnd, start, 'latin1');
      if (end < 0) break;
      const head = buffer.toString('latin1', start, end);
      const bodyStart = end + headEnd.length;
      const next = bodyStart + bodyLength(head);
      if (next > buffer.length) {
        this.awaited = next - start;
        break;
      }
      this.awaited = 0;
      requests.push({
        method: head.slice(0, head.indexOf(' ')),
        close: connectionClose.test(head),
        body: buffer.subarray(bodyStart, next),
      });
      start = next;
    }
    if (start < buffer.length) this.rest = buffer.subarray(start);
    return requests;
  }
}

function bodyLength(head: string): number {
  const length = contentLength.exec(head)?.[1];
  if (length !== undefined) return Number(length);
  if (chunked.test(head)) throw new Error('The benchmark subgraphs read bodies with a content-length only.');
  return 0;
}
