/**
 * From a document that hangs on an image to a list of packages: SPDX JSON (2.x and 3.0), CycloneDX JSON, either of them bare
 * or as the predicate of an in-toto statement, which may stand in a DSSE envelope or in a sigstore bundle. Hostile input.
 */
import { MOST_PACKAGES, type Package, type SbomFormat } from '@pharos/contract';
import { cleanText } from './clean-text.ts';

/** What was read, or why nothing was: a sentence for a person. */
export type SbomReading =
  | {
      readonly ok: true;
      readonly format: SbomFormat;
      /** It stands in a statement whose subject was checked. */
      readonly attested: boolean;
      /** Sorted by name, version and type; each once. */
      readonly packages: Package[];
      readonly truncated: boolean;
    }
  | { readonly ok: false; readonly problem: string };

/**
 * Reads a document. `subject` is the digest of the image that it hangs on: a statement that names another one is refused,
 * for everybody who may push can attach the list of another image. Signatures are not verified here.
 */
export function readSbom(json: unknown, subject: string): SbomReading {
  const document = unwrapped(json);
  if (typeof document === 'string') return { ok: false, problem: document };
  const { body, statement } = document;
  if (statement !== null && !namesSubject(statement, subject))
    return { ok: false, problem: 'The statement is about another image than the one that it hangs on.' };
  const found = packagesOf(body);
  if (found === null) return { ok: false, problem: 'It is neither SPDX nor CycloneDX in JSON.' };
  const packages = eachOnce(found.packages);
  return {
    ok: true,
    format: found.format,
    attested: statement !== null,
    packages: packages.slice(0, MOST_PACKAGES),
    truncated: packages.length > MOST_PACKAGES,
  };
}

type Json = Readonly<Record<string, unknown>>;

function unwrapped(json: unknown): { body: Json; statement: Json | null } | string {
  const root = recordOf(json);
  // Sigstore bundle v0.3: {mediaType, verificationMaterial, dsseEnvelope}.
  const envelope = root.dsseEnvelope === undefined ? root : recordOf(root.dsseEnvelope);
  let statement = envelope;
  if (typeof envelope.payload === 'string' && typeof envelope.payloadType === 'string') {
    if (!envelope.payloadType.includes('in-toto')) return 'The envelope holds no in-toto statement.';
    const payload = decoded(envelope.payload);
    if (payload === null) return 'The payload of the envelope is not JSON.';
    statement = payload;
  }
  if (typeof statement._type !== 'string') return { body: statement, statement: null };
  // cosign's own predicate for custom texts: {Data: "<json>"}.
  const predicate = statement.predicate;
  const data = recordOf(predicate).Data;
  const body = typeof data === 'string' ? (parsed(data) ?? {}) : recordOf(predicate);
  return { body, statement };
}

/** In-toto Statement v1: subject[].digest is a set of algorithm → hex; one of them has to be the image's. */
function namesSubject(statement: Json, subject: string): boolean {
  const [algorithm = '', hex = ''] = subject.split(':');
  return listOf(statement.subject).some((each) => {
    const digest = recordOf(each.digest);
    return Object.hasOwn(digest, algorithm) && String(digest[algorithm]).toLowerCase() === hex;
  });
}

function packagesOf(body: Json): { format: SbomFormat; packages: Package[] } | null {
  if (typeof body.spdxVersion === 'string') return { format: 'spdx', packages: listOf(body.packages).flatMap(ofSpdx2) };
  if (Array.isArray(body['@graph']) && typeof body['@context'] === 'string')
    return { format: 'spdx', packages: listOf(body['@graph']).flatMap(ofSpdx3) };
  if (body.bomFormat === 'CycloneDX') return { format: 'cyclonedx', packages: ofComponents(body.components, 0) };
  return null;
}

function ofSpdx2(item: Json): Package[] {
  const reference = listOf(item.externalRefs).find(({ referenceType }) => referenceType === 'purl');
  return packageOf(item.name, item.versionInfo, reference?.referenceLocator);
}

function ofSpdx3(item: Json): Package[] {
  if (item.type !== 'software_Package') return [];
  return packageOf(item.name, item.software_packageVersion, item.software_packageUrl);
}

/** Components may hold components. */
function ofComponents(value: unknown, depth: number): Package[] {
  if (depth > 4) return [];
  return listOf(value).flatMap((item) => {
    if (item.type === 'file') return [];
    const name = typeof item.group === 'string' && item.group !== '' ? `${item.group}/${String(item.name)}` : item.name;
    return [...packageOf(name, item.version, item.purl), ...ofComponents(item.components, depth + 1)];
  });
}

function packageOf(name: unknown, version: unknown, purl: unknown): Package[] {
  const cleanName = typeof name === 'string' ? cleanText(name, 300) : '';
  if (cleanName === '') return [];
  const cleanVersion = typeof version === 'string' ? cleanText(version, 200) : '';
  const [, type] = typeof purl === 'string' ? (/^pkg:([A-Za-z][A-Za-z0-9.+-]{0,39})\//.exec(purl) ?? []) : [];
  const isStated = cleanVersion !== '' && cleanVersion !== 'NOASSERTION';
  return [{ name: cleanName, version: isStated ? cleanVersion : null, type: type?.toLowerCase() ?? null }];
}

function eachOnce(packages: readonly Package[]): Package[] {
  const byKey = new Map(packages.map((each) => [`${each.name}\n${each.version ?? ''}\n${each.type ?? ''}`, each]));
  return [...byKey].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, each]) => each);
}

function decoded(base64: string): Json | null {
  try {
    const binary = atob(base64);
    const bytes = Uint8Array.from(binary, (character) => character.charCodeAt(0));
    return parsed(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch {
    return null;
  }
}

function parsed(text: string): Json | null {
  try {
    return recordOf(JSON.parse(text));
  } catch {
    return null;
  }
}

/** A list of at most 200,000 objects; anything else in it counts as an empty object. */
function listOf(value: unknown): Json[] {
  return Array.isArray(value) ? value.slice(0, 200_000).map(recordOf) : [];
}

function recordOf(value: unknown): Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : {};
}
