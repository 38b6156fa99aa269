import type { ReceiverSource } from '@pharos/contract';
import { acr } from './acr.ts';
import { acrEventGrid } from './acr-event-grid.ts';
import { cloudsmith } from './cloudsmith.ts';
import { distribution } from './distribution.ts';
import { dockerhub } from './dockerhub.ts';
import { ecr } from './ecr.ts';
import { gar } from './gar.ts';
import { github } from './github.ts';
import { harbor } from './harbor.ts';
import { jfrog } from './jfrog.ts';
import { nexus } from './nexus.ts';
import { quay } from './quay.ts';
import type { Source } from './source.ts';
import { zot } from './zot.ts';

/** Every product that notifications are understood of. */
export const SOURCES: Readonly<Record<ReceiverSource, Source>> = {
  distribution,
  acr,
  'acr-event-grid': acrEventGrid,
  ecr,
  gar,
  harbor,
  quay,
  dockerhub,
  github,
  jfrog,
  nexus,
  zot,
  cloudsmith,
};
