import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseAllDocuments } from 'yaml';
import { runIn } from './testing.ts';

const documents = (text: string) => parseAllDocuments(text).map((document) => document.toJS());

test('agent rbac: one ClusterRole and its binding for each capability, admission only when asked for', async () => {
  const { stdout, code } = await runIn({}, 'agent', 'rbac');
  assert.equal(code, 0);
  const found = documents(stdout);
  assert.deepEqual(
    found.map(({ kind, metadata }) => `${kind} ${metadata.name}`),
    ['provisioning', 'models', 'used-by'].flatMap((name) => [
      `ClusterRole pharos-agent-${name}`,
      `ClusterRoleBinding pharos-agent-${name}`,
    ]),
  );
  assert.deepEqual(found[1].subjects, [{ kind: 'ServiceAccount', namespace: 'pharos', name: 'pharos-agent' }]);
  const verbs = found.flatMap(({ rules = [] }) => rules.flatMap((rule: { verbs: string[] }) => rule.verbs));
  assert.ok(!verbs.includes('*') && !stdout.includes('secrets'), 'the least');
});

test('agent rbac --namespace: Roles there, and a ClusterRole for what stands in no namespace only', async () => {
  const flags = ['--capability', 'provisioning', '--namespace', 'team-a,team-b', '--service-account', 'ops/beacon'];
  const found = documents((await runIn({}, 'agent', 'rbac', ...flags)).stdout);
  const cluster = found.find(({ kind }) => kind === 'ClusterRole');
  assert.deepEqual(
    cluster.rules.map(({ resources }: { resources: string[] }) => resources),
    [['clusterimagecatalogs'], ['clusterimagecatalogs']],
  );
  const roles = found.filter(({ kind }) => kind === 'Role');
  assert.deepEqual(
    roles.map(({ metadata }) => metadata.namespace),
    ['team-a', 'team-b'],
  );
  assert.equal(found.at(-1).subjects[0].namespace, 'ops');
});

test('agent rbac refuses what does not exist', async () => {
  for (const flags of [
    ['--capability', 'all'],
    ['--namespace', 'Team A'],
    ['--service-account', 'x'],
    ['--secret-name', 'NGC Key'],
  ])
    assert.equal((await runIn({}, 'agent', 'rbac', ...flags)).code, 2, flags.join(' '));
});

test('agent rbac --capability nodes: one ClusterRole that reads nodes, also where all else stands in namespaces', async () => {
  const found = documents((await runIn({}, 'agent', 'rbac', '--capability', 'nodes', '--namespace', 'team-a')).stdout);
  assert.deepEqual(
    found.map(({ kind, metadata }) => `${kind} ${metadata.name}`),
    ['ClusterRole pharos-agent-nodes', 'ClusterRoleBinding pharos-agent-nodes'],
  );
  assert.deepEqual(found[0].rules, [{ apiGroups: [''], resources: ['nodes'], verbs: ['list', 'watch'] }]);
});

test('agent rbac --capability secrets: get, in these namespaces, of these names; other roles know nothing of the names', async () => {
  const flags = [
    '--capability',
    'secrets,nodes',
    '--namespace',
    'models',
    '--secret-name',
    'ngc-api-secret,pull.secret',
  ];
  const found = documents((await runIn({}, 'agent', 'rbac', ...flags)).stdout);
  const [role, , nodes] = found;
  assert.deepEqual([role.kind, role.metadata.namespace], ['Role', 'models']);
  const resourceNames = ['ngc-api-secret', 'pull.secret'];
  assert.deepEqual(role.rules, [{ apiGroups: [''], resources: ['secrets'], verbs: ['get'], resourceNames }]);
  assert.equal(nodes.rules[0].resourceNames, undefined);
});
