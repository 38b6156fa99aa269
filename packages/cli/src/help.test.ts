import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Command } from 'commander';
import { pathOf } from './help.ts';
import { buildProgram } from './program.ts';
import { runIn } from './testing.ts';

const tree = () => buildProgram({ io: {} as never, exitCode: 0 });

function* everyCommand(command: Command): Generator<Command> {
  yield command;
  for (const one of command.commands.filter((each) => each.name() !== 'help')) yield* everyCommand(one);
}

const commands = [...everyCommand(tree())];
const leaves = commands.filter((command) => command.commands.length === 0);
const words = (command: Command) => pathOf(command).split(' ').slice(1);

test('every command explains itself, its arguments and its flags, in one manner', async () => {
  assert.ok(leaves.length > 120, String(leaves.length));
  for (const command of commands) {
    const path = pathOf(command);
    const { code, stdout } = await runIn({}, ...words(command), '--help');
    assert.equal(code, 0, path);
    assert.match(stdout, new RegExp(`^Usage: ${path}`), path);
    assert.match(command.description(), /^[A-Z]/, `${path}: a sentence`);
    if (command.parent)
      assert.match(command.summary(), /^[^A-Z.]|^(Beacon|HCP)/, `${path}: a summary without a full stop`);
    for (const argument of command.registeredArguments) assert.ok(argument.description, `${path} ${argument.name()}`);
    for (const option of command.options) {
      assert.ok(option.description, `${path} ${option.flags}`);
      assert.doesNotMatch(option.description, /may be repeated|given again|[.]$/, `${path} ${option.flags}`);
      const shown = stdout.slice(stdout.indexOf(option.flags)).split(/\n {2}-/)[0]!;
      if (option.mandatory) assert.match(shown.replace(/\s+/g, ' '), /\(required\)/, `${path} ${option.flags}`);
    }
    if (command.commands.length === 0 && command.parent)
      assert.match(stdout, /\nExamples:\n {2}\$ /, `${path} has an example`);
    assert.doesNotMatch(stdout, /default: (""|\[\]|\{)/, path);
  }
});

test('an example is a command that there is, with flags that it has', () => {
  for (const command of leaves) {
    let text = '';
    command.configureOutput({
      writeOut: (part) => {
        text += part;
      },
    });
    command.outputHelp();
    for (const [line] of text.matchAll(/(?<=\$ |\| )pharos .*/g)) {
      const [own = ''] = line.split(/ [|<>] /);
      const [, ...parts] = own.match(/"[^"]*"|'[^']*'|\S+/g) ?? [];
      let at = tree();
      for (const part of parts) {
        const next = at.commands.find((one) => [one.name(), ...one.aliases()].includes(part));
        if (next === undefined) break;
        at = next;
      }
      assert.ok(at.parent !== null, line);
      for (const flag of parts.filter((part) => /^(--[a-z]|-[a-z]$)/.test(part))) {
        assert.ok(
          flag === '--help' || at.options.some(({ long, short }) => [long, short].includes(flag)),
          `${line}: ${flag}`,
        );
      }
    }
  }
});

test('what is wrong on the command line ends with 2 and names the help of that very command', async () => {
  for (const command of leaves.filter((one) => pathOf(one) !== 'pharos help')) {
    const ran = await runIn({}, ...words(command), '--no-such-flag');
    assert.deepEqual([ran.code, ran.stdout], [2, ''], pathOf(command));
    assert.match(ran.stderr, /\(usage\)/, pathOf(command));
    assert.ok(ran.stderr.includes(`${pathOf(command)} --help`), `${pathOf(command)}: ${ran.stderr}`);
  }
  for (const [args, expected] of [
    [['nonsense'], /Unknown command 'nonsense'[\s\S]*See: pharos --help/],
    [['clusters', 'lst'], /Did you mean list\? See: pharos clusters --help/],
    [['help', 'nonsense'], /Unknown command 'nonsense'/],
    [['help', 'clusters', 'nonsense'], /Unknown command 'nonsense'[\s\S]*See: pharos clusters --help/],
    [
      ['clusters', 'create', 'a', '--location', 'x', '--instances', 'many'],
      /'many' is invalid[\s\S]*clusters create --help/,
    ],
    [['clusters', 'create', 'a', '--location', 'x', '--major', '17.4'], /'17\.4' is invalid/],
    [['clusters', 'create', 'a', '--location', 'x', '--image', 'postgresql'], /names no image[\s\S]*REPOSITORY:TAG/],
    [
      ['models', 'services', 'add', 'a', '--address', 'b', '--model', 'c', '--key-stdin', '--key-env', 'K'],
      /cannot be used with/,
    ],
  ] as const) {
    const ran = await runIn({}, ...args);
    assert.equal(ran.code, 2, `${args.join(' ')}: ${ran.stderr}`);
    assert.match(ran.stderr, expected);
  }
  assert.match((await runIn({}, 'help', 'clusters', 'create')).stdout, /^Usage: pharos clusters create/);
});

test('whoever guesses the other word is understood, unless it means something else there', async () => {
  for (const [guess, meant] of [
    [['clusters', 'get'], 'clusters show'],
    [['registries', 'show'], 'registries get'],
    [['registries', 'create'], 'registries add'],
    [['webhooks', 'update'], 'webhooks edit'],
    [['teams', 'edit'], 'teams update'],
    [['users', 'delete'], 'users remove'],
    [['models', 'services', 'update'], 'models services edit'],
    [['hcp-tags', 'remove'], 'hcp-tags remove'],
    [['hcp-tags', 'delete'], 'hcp-tags delete'],
  ] as const) {
    assert.match(
      (await runIn({}, ...guess, '--help')).stdout,
      new RegExp(`^Usage: pharos ${meant}\\b`),
      guess.join(' '),
    );
  }
});
