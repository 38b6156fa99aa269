/** The cli opens the store through the server: it imports no store of its own. */
export { openStore, StoreError, type StoreOptions } from '@pharos/store';
export { ServerError, type ServerErrorCode } from './errors.ts';
export type { LdapSettings } from './identity/ldap.ts';
export type { GroupRole, OidcSettings } from './identity/oidc.ts';
export { KEY_FILE } from './key.ts';
export { openKeyring } from './keyring.ts';
export type { FindLocalEngine, LocalContainer, LocalEngine, LocalStart } from './local-runs/engine.ts';
export { buildOpenApi } from './openapi-file.ts';
export { SAMPLE_REMOVED } from './routes/registries.ts';
export { sealToAgent } from './sealing.ts';
export { type RunningServer, type ServerOptions, startServer } from './server.ts';
export type { MailOptions } from './webhooks/mail.ts';
