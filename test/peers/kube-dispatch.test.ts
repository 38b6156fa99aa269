/** Dispatch and "used by" against a current kube-apiserver: the suite that also runs against Debian's old one. */
import { currentKubernetesParts } from '@pharos/testbed';
import { dispatchSuite } from '../support/kubernetes-suite.ts';

dispatchSuite(await currentKubernetesParts());
