/** A private registry, from the agent file to the library, with the embedded database. */
import { describe } from 'node:test';
import { available } from '@pharos/testbed';
import { privateRegistrySuite } from './support/private-registry-suite.ts';

describe('a private registry, embedded database', { skip: available().distribution.skip }, () => {
  privateRegistrySuite(async () => ({}));
});
