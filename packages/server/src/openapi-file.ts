/**
 * Writes packages/contract/openapi.json, the description of the API for those outside.
 * `node packages/server/src/openapi-file.ts [--check]`; with `--check` it writes nothing and ends with 1 when the file is old.
 */
import { readFile, writeFile } from 'node:fs/promises';
import { routes } from '@pharos/contract';
import Fastify from 'fastify';
import { serializerCompiler, validatorCompiler } from 'fastify-type-provider-zod';
import { describeApi } from './openapi.ts';
import { type Handlers, mountRoutes, type RouteContext } from './route.ts';
import { Running } from './running.ts';

const FILE = new URL('../../contract/openapi.json', import.meta.url);
const PACKAGE = new URL('../package.json', import.meta.url);

/** The description as JSON text, two spaces deep, with a newline at the end. Starts nothing. */
export async function buildOpenApi(): Promise<string> {
  const { version } = JSON.parse(await readFile(PACKAGE, 'utf8')) as { version: string };
  const app = Fastify();
  app.setValidatorCompiler(validatorCompiler);
  app.setSerializerCompiler(serializerCompiler);
  await describeApi(app, version);
  const nothing = async () => undefined;
  const handlers = Object.fromEntries(Object.keys(routes).map((name) => [name, nothing])) as unknown as Handlers;
  const context = { running: new Running(), stopping: AbortSignal.abort() } as unknown as RouteContext;
  app.after(() => mountRoutes(app, context, routes, handlers));
  await app.ready();
  const text = `${JSON.stringify(app.swagger(), null, 2)}\n`;
  await app.close();
  return text;
}

/** Whether the checked-in file is what the route table says. */
export async function isOpenApiFileCurrent(): Promise<boolean> {
  const written = await readFile(FILE, 'utf8').catch(() => '');
  return written === (await buildOpenApi());
}

if (import.meta.main) {
  if (!process.argv.includes('--check')) {
    await writeFile(FILE, await buildOpenApi());
  } else if (!(await isOpenApiFileCurrent())) {
    console.error('packages/contract/openapi.json is not what the route table says. Run: npm run openapi');
    process.exitCode = 1;
  }
}
