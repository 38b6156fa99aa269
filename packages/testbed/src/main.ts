import { readCommand } from './command-line.ts';
import { startMisbehaving } from './misbehaving-registry.ts';
import { TestbedError } from './testbed-error.ts';

async function main(): Promise<void> {
  const command = readCommand(process.argv.slice(2));
  if (command.kind === 'print') {
    process.stdout.write(command.text);
    return;
  }
  const registry = await startMisbehaving(command.options);
  const { mode, credential } = registry.signIn;
  console.log(registry.url);
  console.log(`dialect: ${registry.dialect}${registry.apiClosed ? ', its own API closed' : ''}`);
  if (registry.apiUrl !== undefined) console.log(`apiUrl: ${registry.apiUrl}`);
  console.log(`repositories: ${registry.content.repositories().join(', ')}`);
  console.log(`faults: ${registry.fault.join(', ') || 'none'}`);
  // A fixed test credential of a stand-in on loopback: no secret.
  if (mode !== 'open') console.log(`sign in as ${credential.username} / ${credential.password}`);
  if (mode !== 'open') console.log(`where the API wants a token of its own: ${registry.signIn.apiToken}`);
  const stop = () => void registry.stop();
  process.once('SIGINT', stop);
  process.once('SIGTERM', stop);
}

main().catch((thrown) => {
  console.error(thrown instanceof TestbedError ? `${thrown.message} ${thrown.hint}` : thrown);
  process.exitCode = thrown instanceof TestbedError ? 2 : 1;
});
