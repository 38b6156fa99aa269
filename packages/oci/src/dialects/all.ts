import { acr } from './acr.ts';
import { artifactory } from './artifactory.ts';
import { cloudsmith } from './cloudsmith.ts';
import type { Dialect } from './dialect.ts';
import { dockerhub } from './dockerhub.ts';
import { ecr } from './ecr.ts';
import { gar } from './gar.ts';
import { ghcr } from './ghcr.ts';
import { gitlab } from './gitlab.ts';
import { harbor } from './harbor.ts';
import { nexus } from './nexus.ts';
import { ngc } from './ngc.ts';
import { openshift } from './openshift.ts';
import { quay } from './quay.ts';
import { zot } from './zot.ts';

/** What the distribution-spec guarantees, and nothing more. */
export const GENERIC: Dialect = { provider: 'oci', product: 'OCI registry' };

/** Every dialect by its provider. */
export const DIALECTS: ReadonlyMap<string, Dialect> = new Map(
  [
    GENERIC,
    acr,
    artifactory,
    cloudsmith,
    dockerhub,
    ecr,
    gar,
    ghcr,
    gitlab,
    harbor,
    nexus,
    ngc,
    openshift,
    quay,
    zot,
  ].map((dialect) => [dialect.provider, dialect]),
);
