/**
 * Programs that Pharos itself does not need and whose word its tests compare with its own. Each version is one that was
 * built and tried, except zot's.
 */
import { type GoTool, goTool } from './go-tool.ts';
import type { KubernetesParts } from './kubernetes-build.ts';

/** CNCF Distribution 3, which pages its tags; Debian's is 2.8. */
export const DISTRIBUTION_3: GoTool = {
  name: 'registry',
  package: 'github.com/distribution/distribution/v3/cmd/registry',
  version: 'v3.1.2',
};

/** Reads and writes what refers to an image, by the API and by tags. */
export const REGCTL: GoTool = {
  name: 'regctl',
  package: 'github.com/regclient/regclient/cmd/regctl',
  version: 'v0.11.7',
};

/** Another client, to compare digests with. */
export const CRANE: GoTool = {
  name: 'crane',
  package: 'github.com/google/go-containerregistry/cmd/crane',
  version: 'v0.22.1',
};

/** The registry of go-containerregistry: it has the referrers API, which `crane registry serve` leaves switched off. */
export const REFERRERS_REGISTRY: GoTool = {
  name: 'referrers-registry',
  package: 'github.com/google/go-containerregistry/pkg/registry',
  version: CRANE.version,
  source: `package main

import (
	"log"
	"net/http"
	"os"

	"github.com/google/go-containerregistry/pkg/registry"
)

func main() {
	log.Fatal(http.ListenAndServe(os.Args[1], registry.New(registry.WithReferrersSupport(true))))
}
`,
};

/**
 * zot with its search; its UI would need files from elsewhere to be built. Never built so far, for its module was not to be
 * had where these tests were written: version and tags are those of its own releases.
 */
export const ZOT: GoTool = {
  name: 'zot',
  package: 'zotregistry.dev/zot/v2/cmd/zot',
  version: 'v2.1.5',
  tags: ['search', 'events'],
};

/** Signs images: as signatures under tags, and as bundles that refer to the image. A large program: its first build takes minutes. */
export const COSIGN: GoTool = {
  name: 'cosign',
  package: 'github.com/sigstore/cosign/v3/cmd/cosign',
  version: 'v3.1.3',
};

/** A current API server: with CEL rules in definitions and strict about unknown fields. Its first build takes minutes. */
export const KUBE_APISERVER: GoTool = {
  name: 'kube-apiserver',
  package: 'k8s.io/kubernetes/cmd/kube-apiserver',
  version: 'v1.36.3',
  replaces: { module: 'k8s.io/kubernetes', siblings: 'v0.36.3' },
  variables: { 'k8s.io/component-base/version.gitVersion': 'v1.36.3' },
};

/** The one that Kubernetes 1.36 is tested with by its own makers (its go.mod). */
export const ETCD: GoTool = { name: 'etcd', package: 'go.etcd.io/etcd/server/v3', version: 'v3.6.8' };

/** The operator itself: its webhooks and its controllers. */
export const CLOUDNATIVE_PG: GoTool = {
  name: 'cloudnative-pg',
  package: 'github.com/cloudnative-pg/cloudnative-pg/cmd/manager',
  version: 'v1.30.0',
};

/** The controller of KServe: its webhooks and its controllers. */
export const KSERVE: GoTool = {
  name: 'kserve',
  package: 'github.com/kserve/kserve/cmd/manager',
  version: 'v0.20.0',
  replaces: { module: 'github.com/kserve/kserve' },
};

/** All of them, the small ones first. */
export const PEERS: readonly GoTool[] = [
  ...[REGCTL, CRANE, REFERRERS_REGISTRY, DISTRIBUTION_3, ZOT],
  ...[ETCD, COSIGN, CLOUDNATIVE_PG, KSERVE, KUBE_APISERVER],
];

/** A current Kubernetes API, each part built from its Go module; or why it cannot be had here. Never throws. */
export async function currentKubernetesParts(): Promise<KubernetesParts> {
  const [apiserver, etcd] = [await goTool(KUBE_APISERVER), await goTool(ETCD)];
  if (apiserver.path === undefined) return { apiserver: undefined, etcd: undefined, skip: apiserver.skip };
  if (etcd.path === undefined) return { apiserver: undefined, etcd: undefined, skip: etcd.skip };
  return { apiserver: apiserver.path, etcd: etcd.path, skip: false };
}
