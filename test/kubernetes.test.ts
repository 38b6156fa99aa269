/** Dispatch and "used by" against Debian's kube-apiserver, the oldest that an agent is tried with; a current one: `test/peers/`. */
import { kubernetesParts } from '@pharos/testbed';
import { dispatchSuite } from './support/kubernetes-suite.ts';

dispatchSuite(await kubernetesParts());
