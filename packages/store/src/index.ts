export * from './decision-port.ts';
export * from './dispatch-port.ts';
export * from './errors.ts';
export { openStore, type StoreOptions } from './open.ts';
export * from './store.ts';
export * from './trust-port.ts';
export * from './usage-port.ts';
