/** A reporter beside the usual one, which says "test failed" and no more when the process of a file dies. */
import { relative } from 'node:path';

export default async function* died(events) {
  for await (const { type, data } of events) {
    const error = type === 'test:fail' ? data.details?.error : undefined;
    if (error?.failureType !== 'testCodeFailure' || (error.exitCode ?? error.signal) === undefined) continue;
    const how = error.signal ? `was ended by ${error.signal}` : `ended with exit code ${error.exitCode}`;
    yield `The process of ${relative(process.cwd(), data.file ?? data.name)} ${how}.\n`;
  }
}
