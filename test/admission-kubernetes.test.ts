/** Admission control before Debian's kube-apiserver; before a current one: `test/peers/`. */
import { kubernetesParts } from '@pharos/testbed';
import { apiServerSuite } from './support/admission-suite.ts';

apiServerSuite(await kubernetesParts());
