/** Our admission webhook called by a current kube-apiserver: the suite that also runs against Debian's old one. */
import { currentKubernetesParts } from '@pharos/testbed';
import { apiServerSuite } from '../support/admission-suite.ts';

apiServerSuite(await currentKubernetesParts());
