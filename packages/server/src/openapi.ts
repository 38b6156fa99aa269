/** The description of the API, out of the route table (OpenAPI 3.1). */
import swagger from '@fastify/swagger';
import {
  Agent,
  AgentConfig,
  Check,
  Delivery,
  Facts,
  Hello,
  Image,
  Listing,
  Location,
  Observation,
  Preview,
  Problem,
  Receiver,
  Registry,
  Repository,
  RepositoryDetail,
  Rule,
  RuleSpec,
  Scan,
  ScanChunk,
  ScanCommit,
  Session,
  Statistics,
  Tag,
  TagDetail,
  Token,
  Version,
  Work,
  WorkResult,
} from '@pharos/contract';
import type { FastifyInstance } from 'fastify';
import { jsonSchemaTransform, jsonSchemaTransformObject } from 'fastify-type-provider-zod';
import { z } from 'zod';

/** Contract schemas that are shapes of their own get a name in the description; small value shapes stay inline. */
const NAMED: Readonly<Record<string, z.ZodType>> = {
  Agent,
  AgentConfig,
  Check,
  Delivery,
  Facts,
  Hello,
  Image,
  Listing,
  Location,
  Observation,
  Preview,
  Problem,
  Receiver,
  Registry,
  Repository,
  RepositoryDetail,
  Rule,
  RuleSpec,
  Scan,
  ScanChunk,
  ScanCommit,
  Session,
  Statistics,
  Tag,
  TagDetail,
  Token,
  Version,
  Work,
  WorkResult,
};

/** Registers what describes the routes; call it before they are mounted. */
export async function describeApi(app: FastifyInstance, version: string): Promise<void> {
  for (const [id, schema] of Object.entries(NAMED)) {
    z.globalRegistry.add(schema, { ...z.globalRegistry.get(schema), id });
  }
  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'Pharos',
        version,
        description:
          'Image Library and Model Library. Errors are RFC 9457 problem details with a stable code and a hint.',
        license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
      },
      components: {
        securitySchemes: {
          bearer: { type: 'http', scheme: 'bearer', description: 'API token' },
          session: { type: 'apiKey', in: 'cookie', name: 'pharos_session', description: 'Session of a browser' },
        },
      },
    },
    transform: jsonSchemaTransform,
    transformObject: (document) => withoutUnused(jsonSchemaTransformObject(document) as Document) as never,
  });
}

interface Document {
  components?: { schemas?: Record<string, unknown> };
}

/** Every named schema is written in an input and an output form; the form that no route uses goes. */
function withoutUnused(document: Document): Document {
  const schemas = document.components?.schemas ?? {};
  const { components: _, ...rest } = document;
  const used = new Set<string>();
  const visit = (value: unknown): void => {
    for (const [, name] of JSON.stringify(value).matchAll(/"#\/components\/schemas\/([^"]+)"/g)) {
      if (name === undefined || used.has(name)) continue;
      used.add(name);
      visit(schemas[name]);
    }
  };
  visit(rest);
  const kept = Object.fromEntries(Object.entries(schemas).filter(([name]) => used.has(name)));
  return { ...document, components: { ...document.components, schemas: kept } };
}
