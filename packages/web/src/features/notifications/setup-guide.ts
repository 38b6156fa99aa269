/** Where each product wants address and secret, and which events to choose. */
import type { ReceiverProof, ReceiverSource } from '@pharos/contract';

/** What is pasted; a secret that is not shown any more stands as a word. */
export interface Pasted {
  readonly address: string;
  readonly secret: string;
}

export interface SetupGuide {
  readonly steps: readonly string[];
  /** A file or command to paste whole. */
  readonly snippet?: { readonly what: string; readonly text: string };
}

/** Stands where the secret would, once it is not shown any more. */
export const HIDDEN_SECRET = 'THE-SECRET';

export const PROOF_WORDS: Readonly<Record<ReceiverProof, string>> = {
  header: 'The secret in a header',
  signature: 'A signature over the body',
  url: 'The address itself is the secret',
};

const GUIDES: Readonly<Record<ReceiverSource, (pasted: Pasted) => SetupGuide>> = {
  distribution: ({ address, secret }) => ({
    steps: [
      'Add this section to config.yml of the registry. For GitLab, set registry[\u2018notifications\u2019] in gitlab.rb to the same values.',
      'Restart the registry. Its log says “configuring endpoint pharos”.',
    ],
    snippet: {
      what: 'configuration',
      text: `notifications:
  endpoints:
    - name: pharos
      url: ${address}
      headers:
        Authorization: ["Bearer ${secret}"]
      timeout: 5s
      threshold: 5
      backoff: 10s
      ignore:
        mediatypes: [application/octet-stream]
        actions: [pull, mount]
`,
    },
  }),
  acr: ({ address, secret }) => ({
    steps: [
      'In the Azure portal open the registry, Services, Webhooks, and add one: the address as Service URI.',
      'Custom headers: Authorization: Bearer and the secret. Actions: push and delete. Without custom headers, write a slash and the secret behind the address.',
      'Send a ping from the webhook’s page: it appears here as ignored.',
    ],
    snippet: {
      what: 'command',
      text: `az acr webhook create --registry REGISTRY --name pharos \\
  --uri '${address}' \\
  --headers 'Authorization=Bearer ${secret}' \\
  --actions push delete`,
    },
  }),
  'acr-event-grid': ({ address }) => ({
    steps: [
      'In the Azure portal open the registry, Events, Event Subscription. Schema: Event Grid Schema.',
      'Event types: Container Image Pushed and Container Image Deleted.',
      'Endpoint type: Web Hook, with the address. Azure asks Pharos whether it wants the events, and Pharos answers.',
    ],
    snippet: {
      what: 'command',
      text: `az eventgrid event-subscription create --name pharos \\
  --source-resource-id "$(az acr show --name REGISTRY --query id --output tsv)" \\
  --endpoint '${address}' \\
  --included-event-types Microsoft.ContainerRegistry.ImagePushed Microsoft.ContainerRegistry.ImageDeleted`,
    },
  }),
  ecr: () => ({
    steps: [
      'In Amazon EventBridge create a connection: API key, with the name Authorization and “Bearer”, a space and the secret as value.',
      'Create an API destination with the address, method POST, and this connection.',
      'Create a rule in the account and region of the registry with this event pattern, and the API destination as target.',
    ],
    snippet: {
      what: 'event pattern',
      text: '{ "source": ["aws.ecr"], "detail-type": ["ECR Image Action"] }',
    },
  }),
  gar: ({ address }) => ({
    steps: [
      'Artifact Registry tells the topic “gcr” of its project; create the topic when it is not there.',
      'Add a push subscription with the address. No authentication is needed: the address is the secret.',
    ],
    snippet: {
      what: 'commands',
      text: `gcloud pubsub topics create gcr
gcloud pubsub subscriptions create pharos --topic gcr \\
  --push-endpoint '${address}'`,
    },
  }),
  harbor: () => ({
    steps: [
      'In Harbor open the project, Webhooks, New Webhook. Notify type: HTTP; payload format: Default or CloudEvents.',
      'Event type: Artifact pushed and Artifact deleted.',
      'Endpoint URL: the address. Auth Header: the secret.',
      'Harbor tells nothing of tags that are added to an artifact later; the next scan finds them.',
    ],
  }),
  quay: () => ({
    steps: [
      'In Quay open the repository, Settings, Events and Notifications, Create Notification.',
      'Event: Push to Repository. Method: Webhook POST, with the address. Leave the body template empty.',
      'Each repository needs its own notification; all of them may use this address.',
    ],
  }),
  dockerhub: () => ({
    steps: [
      'On Docker Hub open the repository, Webhooks; give it a name and the address.',
      'Each repository needs its own webhook; all of them may use this address. Docker Hub tells of pushes only.',
    ],
  }),
  github: () => ({
    steps: [
      'On GitHub open the organisation’s or the repository’s Settings, Webhooks, Add webhook.',
      'Payload URL: the address. Content type: application/json. Secret: the secret.',
      'Let me select individual events: Registry packages for an organisation, Packages for a repository.',
      'GitHub sends a ping at once: it appears here as ignored.',
    ],
  }),
  jfrog: () => ({
    steps: [
      'In JFrog open Administration, General, Webhooks, New webhook: the address as URL, the secret as secret token.',
      'Events: Docker, tag was pushed, tag was deleted, tag was promoted; choose the repositories.',
      'Tick “Use secret for payload signing”, so that the secret itself is not sent.',
    ],
  }),
  nexus: () => ({
    steps: [
      'In Nexus open Administration, System, Capabilities, Create capability, Webhook: Repository.',
      'Choose the Docker repository and the event type component. URL: the address. Secret key: the secret.',
      'Each Docker repository needs its own; all of them may use this address and secret.',
    ],
  }),
  zot: ({ address, secret }) => ({
    steps: ['Add this to the configuration of zot, which must be built with the events extension, and restart it.'],
    snippet: {
      what: 'configuration',
      text: JSON.stringify(
        {
          extensions: {
            events: {
              enable: true,
              sinks: [{ type: 'http', address, headers: { Authorization: `Bearer ${secret}` }, timeout: '5s' }],
            },
          },
        },
        null,
        2,
      ),
    },
  }),
  cloudsmith: () => ({
    steps: [
      'In Cloudsmith open the repository, Webhooks, Create webhook: the address as endpoint, format JSON Object.',
      'Events: package synchronised, deleted, and tags updated. Signature key: the secret.',
      'A Handlebars template of your own cannot be understood here.',
    ],
  }),
};

/** What to do at the product. */
export function guideOf(source: ReceiverSource, pasted: Pasted): SetupGuide {
  return GUIDES[source](pasted);
}
