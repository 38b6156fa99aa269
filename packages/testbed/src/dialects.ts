import { acr } from './dialects/acr.ts';
import { artifactory } from './dialects/artifactory.ts';
import { cloudsmith } from './dialects/cloudsmith.ts';
import type { Dialect } from './dialects/dialect.ts';
import { dockerhub } from './dialects/dockerhub.ts';
import { ecr } from './dialects/ecr.ts';
import { gar } from './dialects/gar.ts';
import { ghcr } from './dialects/ghcr.ts';
import { gitlab } from './dialects/gitlab.ts';
import { harbor } from './dialects/harbor.ts';
import { nexus } from './dialects/nexus.ts';
import { ngc } from './dialects/ngc.ts';
import { oci } from './dialects/oci.ts';
import { openshift } from './dialects/openshift.ts';
import { quay } from './dialects/quay.ts';
import { zot } from './dialects/zot.ts';

const ALL = {
  oci,
  acr,
  ecr,
  gar,
  gitlab,
  harbor,
  quay,
  dockerhub,
  ghcr,
  ngc,
  artifactory,
  nexus,
  zot,
  openshift,
  cloudsmith,
};

/** The name of a dialect; the same as that of the provider it stands in for. */
export type DialectName = keyof typeof ALL;

/** Every dialect of the stand-in by name; `line` says what it shows. */
export const DIALECTS: Readonly<Record<DialectName, Dialect>> = ALL;

/** Tells whether a dialect has this name. */
export function isDialectName(name: string): name is DialectName {
  return Object.hasOwn(DIALECTS, name);
}
