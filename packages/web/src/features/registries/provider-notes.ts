import type { Registry } from '@pharos/contract';

/** What choosing a product gives: how its tags are listed, and what to write or grant for it. */
export const PROVIDER_NOTES: Readonly<Record<Registry['provider'], string>> = {
  auto: 'The product is recognised by its host, its answers, or by asking. Choose one only if that goes wrong.',
  oci: 'Nothing but the OCI standard: names by the list, a HEAD for every tag that may move.',
  acr: '1,000 tags with digest, time and lock in one request. Needs AcrPull, or metadata/read in the token’s scope map.',
  ecr: 'Read by the OCI standard: names by the list, a HEAD for every tag that may move.',
  gar: 'Up to 10,000 tags with digests in one request. Repositories are listed below the project in the address.',
  gitlab:
    '1,000 tags with digests in one request, where the registry has its metadata database. Repositories are listed by the REST API of the group in the address.',
  harbor: '100 tags with digest, push time and lock in one request. A robot needs to list artifacts and tags.',
  quay: '100 tags with digests in one request, of public repositories or to an OAuth token; robots are asked tag by tag.',
  dockerhub:
    '100 tags with digests in one request, which costs no pull. Manifests are read only when a tag moved, as they count against the pull limit.',
  ghcr: '100 versions with their tags in one request, to a classic token with read:packages. Without one, tag by tag.',
  ngc: 'Tags are asked for one by one. Repositories of the organisation in the address are found by NGC’s search.',
  artifactory:
    'All tags with digests in one query, when the address names the repository key (host/docker-local). Else tag by tag.',
  nexus: '50 tags with digests in one request of its search, which may stand at another address than the registry.',
  zot: 'All tags with digests in one query, where its search extension is switched on.',
  openshift: 'All tags with digests in one request to the cluster’s API, whose address is given below.',
  cloudsmith: '100 tags with digests in one request, to an API key. Subscription tokens are asked tag by tag.',
  'oci-layout': 'Files of an agent, named in its file.',
};
