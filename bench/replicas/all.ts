import { argocdImageUpdater } from './argocd-image-updater.ts';
import { diun } from './diun.ts';
import { flux } from './flux.ts';
import { kargo } from './kargo.ts';
import type { Replica } from './replica.ts';

/** Every replica, made anew: it knows nothing yet. */
export const REPLICAS: readonly (() => Replica)[] = [kargo, argocdImageUpdater, diun, flux];
