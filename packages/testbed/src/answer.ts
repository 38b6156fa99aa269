/** What goes back. The fields after `body` are ways to misbehave on the wire. */
export type Answer = {
  status: number;
  headers: Readonly<Record<string, string>>;
  body: Buffer;
  /** Waits this long before the headers. */
  delayMs?: number;
  /** Sends the body byte by byte with this pause. */
  dripMs?: number;
  /** Streams this many bytes of white space after the body, without Content-Length. */
  padBytes?: number;
  /** Ends the connection with RST instead of answering. */
  reset?: boolean;
};

/** 200 with a JSON body. */
export function json(body: object | readonly unknown[], headers: Readonly<Record<string, string>> = {}): Answer {
  return {
    status: 200,
    headers: { 'Content-Type': 'application/json', ...headers },
    body: Buffer.from(JSON.stringify(body)),
  };
}

/** An OCI error body (distribution-spec, "Error Codes"). */
export function ociError(
  status: number,
  code: string,
  message: string,
  headers: Readonly<Record<string, string>> = {},
): Answer {
  return { ...json({ errors: [{ code, message, detail: null }] }, headers), status };
}

/** A body as it is, by default plain text. */
export function text(status: number, body: string, contentType = 'text/plain; charset=utf-8'): Answer {
  return { status, headers: { 'Content-Type': contentType }, body: Buffer.from(body) };
}

/** The 404 of a web server that knows no registry API. */
export const NOT_FOUND: Answer = text(404, '404 page not found\n');
