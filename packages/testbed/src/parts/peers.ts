/**
 * Programs that Pharos itself does not need and whose word its tests compare with its own. Each version is one that was
 * built and tried, except zot's.
 */
import type { GoTool } from './go-tool.ts';

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
