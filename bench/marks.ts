/** A child process that stops at marks until its parent has counted. */
import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/**
 * Runs a file with one argument of JSON. At each mark the child waits for `onMark`, whose answer it gets.
 * @throws when the child ends without a result
 */
export async function runMarked<T>(
  file: string,
  argument: object,
  onMark: (mark: string) => Promise<unknown>,
  nodeOptions: readonly string[] = [],
): Promise<T> {
  const path = fileURLToPath(new URL(file, import.meta.url));
  const child = fork(path, [JSON.stringify(argument)], { execArgv: [...nodeOptions] });
  let result: { value: T } | null = null;
  let failure: unknown = null;
  child.on('message', (message: { mark: string } | { result: T }) => {
    if ('result' in message) result = { value: message.result };
    else {
      onMark(message.mark).then(
        (answer) => child.send({ answer: answer ?? null }),
        (error: unknown) => {
          failure = error;
          child.kill();
        },
      );
    }
  });
  const code = await new Promise((resolve) => child.once('exit', resolve));
  if (failure !== null) throw failure;
  if (result === null) throw new Error(`${file} ended with ${code} and without a result`);
  return (result as { value: T }).value;
}

/** In the child: waits until the parent has counted. */
export function mark<T>(name: string): Promise<T> {
  const answer = new Promise<T>((resolve) => {
    process.once('message', (message: { answer: T }) => resolve(message.answer));
  });
  process.send!({ mark: name });
  return answer;
}

/** In the child: ends it with a result. */
export function finish(result: object): void {
  process.send!({ result }, () => process.exit(0));
}
