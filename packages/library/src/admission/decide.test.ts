import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { ImageState } from '@pharos/contract';
import { type AdmissionGround, checkObject, decideAdmission, imagesOfObject, kindOfObject, pinTags } from '../index.ts';
import { SnapshotError, type SnapshotImage, SnapshotIndex, snapshotLines } from './snapshot.ts';
import { CLUSTER, IMAGES, KINDS, OBJECTS, PG, POD_OF_CNPG, POD_OF_KSERVE } from './testing.ts';

const NOW = new Date('2026-11-26T00:00:00.000Z');
const digest = (letter: string) => `sha256:${letter.repeat(64)}`;
const [GOOD, OLD, BAD, NO, CHILD, LATER] = ['a', 'b', 'c', 'd', 'e', 'f'].map(digest) as [
  string,
  ...string[],
] as string[] & [string, string, string, string, string, string];

function indexOf(images: Partial<SnapshotImage>[], tags: [string, [string, string][]][] = []): SnapshotIndex {
  const whole = images.map((image) => ({
    digest: GOOD,
    state: 'approved' as ImageState,
    expiresAt: null,
    platforms: [],
    successor: null,
    ...image,
  }));
  const index = new SnapshotIndex();
  const repositories = tags.map(([repository, list]) => ({ repository, tags: list }));
  for (const line of snapshotLines(whole, repositories)) index.add(line);
  assert.ok(index.isWhole);
  return index;
}

const INDEX = indexOf(
  [
    { digest: GOOD, platforms: [CHILD] },
    { digest: OLD, state: 'deprecated', successor: GOOD },
    { digest: BAD, state: 'revoked', successor: GOOD },
    { digest: NO, state: 'rejected' },
    { digest: LATER, expiresAt: NOW.getTime() - 1 },
  ],
  [
    [
      PG,
      [
        ['17.4', GOOD],
        ['17.3', OLD],
        ['17.2', BAD],
      ],
    ],
    ['docker.io/library/redis', [['latest', GOOD]]],
  ],
);

const ground = (more: Partial<AdmissionGround> = {}): AdmissionGround => ({
  facts: INDEX,
  why: '',
  now: NOW,
  contact: 'the platform team',
  ...more,
});

const pod = (...images: string[]) => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'one', namespace: 'team' },
  spec: { containers: images.map((image, at) => ({ name: `c${at}`, image })) },
});
const POD = { group: '', kind: 'Pod' };

function decide(image: string, more: Partial<AdmissionGround> = {}) {
  const { isFit, verdicts, message, warnings } = decideAdmission({ kind: POD, object: pod(image) }, ground(more));
  return { isFit, code: verdicts[0]?.code, state: verdicts[0]?.state, message, warnings };
}

describe('one image', () => {
  const cases: [image: string, isFit: boolean, code: string, said: RegExp][] = [
    [`${PG}:17.4@${GOOD}`, true, 'approved', /^$/],
    [`${PG}@${GOOD}`, true, 'approved', /^$/],
    [`${PG}:17.3@${OLD}`, true, 'deprecated', /^$/],
    [`${PG}:17.2@${BAD}`, false, 'revoked', /revoked\. Use sha256:aaaa.* instead.*Ask the platform team/],
    [`${PG}@${NO}`, false, 'rejected', /is rejected/],
    [`${PG}@${digest('0')}`, false, 'pending', /pending: nobody has approved it/],
    [`${PG}@${LATER}`, false, 'pending', /pending/],
    [`elsewhere.example/x@${digest('0')}`, false, 'unknown', /unknown/],
    [`${PG}@${CHILD}`, true, 'approved', /^$/],
    [`${PG}:17.4`, false, 'tag-moves', /tags move: write .*:17\.4@sha256:aaaa/],
    [`${PG}:17.2`, false, 'revoked', /revoked/],
    [`${PG}:nothing`, false, 'pending', /pending/],
    [PG, false, 'pending', /pending/],
    ['redis', false, 'tag-moves', /write redis:latest@sha256:aaaa/],
    [`${PG}:17.3@${GOOD}`, true, 'tag-moved', /^$/],
    [`${PG}@sha256:${'A'.repeat(64)}`, false, 'unreadable', /no image reference/],
    [`${PG}@sha256:abc`, false, 'unreadable', /no image reference/],
    [`${PG}@${GOOD}@${GOOD}`, false, 'unreadable', /no image reference/],
    [` ${PG}@${GOOD}`, false, 'unreadable', /no image reference/],
    [`${PG}@${GOOD}\n`, false, 'unreadable', /no image reference/],
    ['x'.repeat(5000), false, 'unreadable', /no image reference/],
  ];
  for (const [image, isFit, code, said] of cases) {
    test(`${image.slice(0, 60)} is ${code}`, () => {
      const answer = decide(image);
      assert.deepEqual([answer.isFit, answer.code], [isFit, code]);
      assert.match(answer.message, said);
    });
  }

  test('without a snapshot nothing is admitted, whatever it says', () => {
    const answer = decide(`${PG}@${GOOD}`, { facts: null, why: 'the snapshot is too old.' });
    assert.deepEqual([answer.isFit, answer.code, answer.state], [false, 'no-snapshot', null]);
    assert.match(answer.message, /too old/);
  });

  test('an approval ends while the control plane is away', () => {
    const index = indexOf([{ digest: GOOD, expiresAt: NOW.getTime() + 1000 }]);
    assert.equal(decide(`${PG}@${GOOD}`, { facts: index }).isFit, true);
    assert.equal(decide(`${PG}@${GOOD}`, { facts: index, now: new Date(NOW.getTime() + 1000) }).isFit, false);
  });

  test('what nobody decided about itself counts as the best of the indexes it is in; its own decision goes before', () => {
    const shared = indexOf([
      { digest: GOOD, platforms: [CHILD] },
      { digest: BAD, state: 'revoked', platforms: [CHILD] },
    ]);
    assert.equal(shared.standingOf(CHILD, NOW)?.state, 'approved');
    const own = indexOf([
      { digest: GOOD, platforms: [CHILD] },
      { digest: CHILD, state: 'revoked' },
    ]);
    assert.equal(own.standingOf(CHILD, NOW)?.state, 'revoked');
    // An approved platform does not approve the index around it.
    assert.equal(indexOf([{ digest: CHILD }]).standingOf(GOOD, NOW), null);
  });
});

describe('changes of what stands already', () => {
  const change = (before: object, after: object) =>
    decideAdmission({ kind: POD, object: after, oldObject: before }, ground());

  test('an image that does not change stays, with a warning, even when it was revoked meanwhile', () => {
    const { isFit, warnings } = change(pod(`${PG}@${BAD}`), pod(`${PG}@${BAD}`));
    assert.equal(isFit, true);
    assert.match(warnings[0]!, /revoked.*stays because it stood here before/);
    assert.equal(change(pod(`${PG}:17`), pod(`${PG}:17`)).isFit, true);
  });

  test('another image is looked at, and so is the same one in another container', () => {
    assert.equal(change(pod(`${PG}@${GOOD}`), pod(`${PG}@${BAD}`)).isFit, false);
    assert.equal(change(pod(`${PG}@${BAD}`), pod(`${PG}@${GOOD}`, `${PG}@${BAD}`)).isFit, false);
    const named = (name: string, image: string) => ({ spec: { containers: [{ name, image }] } });
    assert.equal(change(named('a', `${PG}@${BAD}`), named('b', `${PG}@${BAD}`)).isFit, false);
  });

  test('a container that was put in front moves no other one', () => {
    const before = { spec: { containers: [{ name: 'db', image: `${PG}@${BAD}` }] } };
    const after = {
      spec: {
        containers: [
          { name: 'new', image: `${PG}@${GOOD}` },
          { name: 'db', image: `${PG}@${BAD}` },
        ],
      },
    };
    assert.equal(change(before, after).isFit, true);
  });
});

describe('kinds', () => {
  for (const [name, { object, images }] of Object.entries(OBJECTS)) {
    test(`${name}: every image, and each of them can keep it out`, () => {
      const kind = kindOfObject(object)!;
      const found = imagesOfObject(kind, object);
      assert.deepEqual(
        found.images.map(({ path, image }) => `${path} ${image}`),
        images,
      );
      const all = indexOf(IMAGES.map((each) => ({ digest: each })));
      assert.equal(decideAdmission({ kind, object }, ground({ facts: all })).isFit, true);
      for (const { image, path } of found.images) {
        const without = IMAGES.filter((each) => !image!.endsWith(each));
        const facts = indexOf(without.map((each) => ({ digest: each })));
        const { isFit, verdicts } = decideAdmission({ kind, object }, ground({ facts }));
        assert.equal(isFit, false, `${path} does not count`);
        assert.equal(verdicts.find((verdict) => verdict.path === path)?.outcome, 'refused');
      }
    });
  }

  test('every kind of the webhooks has an object here', () => {
    const covered = new Set(
      Object.values(OBJECTS).map(({ object }) => {
        const { group, kind } = kindOfObject(object)!;
        return `${group}/${kind}`;
      }),
    );
    assert.deepEqual(
      [...KINDS].filter((kind) => !covered.has(kind)),
      [],
    );
  });

  test('pods as CloudNativePG and KServe make them', () => {
    for (const object of [POD_OF_CNPG, POD_OF_KSERVE]) {
      const all = indexOf(IMAGES.map((each) => ({ digest: each })));
      assert.equal(decideAdmission({ kind: POD, object }, ground({ facts: all })).isFit, true);
      const { isFit, message } = decideAdmission({ kind: POD, object }, ground({ facts: indexOf([]) }));
      assert.equal(isFit, false);
      assert.match(message, /of \d images may not run here/);
    }
  });

  test('a kind that nobody has described is not waved through, and a cluster without an image is told to name one', () => {
    const unknown = decideAdmission({ kind: { group: 'argoproj.io', kind: 'Workflow' }, object: {} }, ground());
    assert.deepEqual([unknown.isFit, unknown.verdicts], [false, []]);
    assert.match(unknown.message, /does not know where images stand/);
    const { imageName: _, ...spec } = CLUSTER.spec;
    const bare = { ...CLUSTER, spec };
    assert.match(decideAdmission({ kind: kindOfObject(bare)!, object: bare }, ground()).message, /names no image/);
    const changed = decideAdmission({ kind: kindOfObject(bare)!, object: bare, oldObject: bare }, ground());
    assert.equal(changed.isFit, true);
  });

  test('hostile shapes are refused or hold no image; none of them throws', () => {
    const shapes: unknown[] = [null, 7, 'text', [], { spec: null }, { spec: [] }, { spec: { containers: {} } }];
    for (const object of shapes) assert.equal(imagesOfObject(POD, object).images.length, 0);
    const odd = { spec: { containers: [{ image: 7 }, { image: { a: 1 } }, { image: ['x'] }, null, 'x'] } };
    const { isFit, verdicts } = decideAdmission({ kind: POD, object: odd }, ground());
    assert.deepEqual([isFit, verdicts.map(({ code }) => code)], [false, ['unreadable', 'unreadable', 'unreadable']]);
    const many = pod(...Array.from({ length: 1001 }, () => `${PG}@${GOOD}`));
    assert.equal(decideAdmission({ kind: POD, object: many }, ground()).isFit, false);
    const inherited = { spec: JSON.parse('{"__proto__": {"containers": [{"image": "x"}]}}') };
    assert.equal(imagesOfObject(POD, inherited).images.length, 0);
    // Behind many others, one still counts.
    const volumes = Array.from({ length: 1500 }, (_, at) => ({ name: `v${at}`, emptyDir: {} }));
    const last = { spec: { containers: [], volumes: [...volumes, { name: 'i', image: { reference: 'x' } }] } };
    assert.equal(decideAdmission({ kind: POD, object: last }, ground()).isFit, false);
  });

  test('texts of others are bounded and cannot be more than one line', () => {
    const object = {
      spec: {
        containers: Array.from({ length: 300 }, (_, at) => ({
          name: `a\u202e\n${at}${'y'.repeat(900)}`,
          image: `${PG}@${OLD}`,
        })),
      },
    };
    const { warnings } = decideAdmission({ kind: POD, object }, ground());
    assert.equal(warnings.length, 10);
    assert.ok(warnings.every((text) => text.length <= 250 && !/[\n\u202e]/.test(text)));
    assert.match(warnings[9]!, /and 291 more/);
    const refused = decideAdmission(
      { kind: POD, object: pod(...Array.from({ length: 200 }, () => 'x'.repeat(900))) },
      ground(),
    );
    assert.ok(refused.message.length < 3500);
  });
});

describe('the mutating twin', () => {
  const patch = (object: object, oldObject?: object) =>
    pinTags({ kind: kindOfObject(object)!, object, oldObject }, ground());

  test('writes the digest behind a tag that names an image that may run, and nothing else', () => {
    assert.deepEqual(patch(pod(`${PG}:17.4`, `${PG}:17.3`, `${PG}:17.2`, `${PG}:17.4@${GOOD}`, 'redis', 'nginx')), [
      { op: 'replace', path: '/spec/containers/0/image', value: `${PG}:17.4@${GOOD}` },
      { op: 'replace', path: '/spec/containers/1/image', value: `${PG}:17.3@${OLD}` },
      { op: 'replace', path: '/spec/containers/4/image', value: `redis:latest@${GOOD}` },
    ]);
  });

  test('what stood there before is not written anew', () => {
    assert.deepEqual(patch(pod(`${PG}:17.4`), pod(`${PG}:17.4`)), []);
    assert.equal(patch(pod(`${PG}:17.4`), pod(`${PG}:17.3`)).length, 1);
  });

  test('fields of a NIMService and addresses keep their form', () => {
    const nim = (image: object) => ({ apiVersion: 'apps.nvidia.com/v1alpha1', kind: 'NIMService', spec: { image } });
    assert.deepEqual(patch(nim({ repository: PG, tag: '17.4' })), [
      { op: 'replace', path: '/spec/image/tag', value: `17.4@${GOOD}` },
    ]);
    assert.deepEqual(patch(nim({ repository: 'redis' })), [
      { op: 'add', path: '/spec/image/tag', value: `latest@${GOOD}` },
    ]);
    const service = {
      apiVersion: 'serving.kserve.io/v1beta1',
      kind: 'InferenceService',
      spec: { predictor: { model: { storageUri: `oci+native://${PG}:17.4` } } },
    };
    assert.deepEqual(patch(service), [
      { op: 'replace', path: '/spec/predictor/model/storageUri', value: `oci+native://${PG}:17.4@${GOOD}` },
    ]);
  });

  test('what it writes is admitted', () => {
    const object = pod(`${PG}:17.4`);
    const value = patch(object)[0]!.value;
    assert.equal(decideAdmission({ kind: POD, object: pod(value) }, ground()).isFit, true);
    assert.deepEqual(checkObject(object, ground()).pins, [{ path: '/spec/containers/0/image', value }]);
  });
});

test('nothing without an approved digest is ever fit, whatever objects and snapshots are made of', () => {
  let seed = 20261126;
  const random = (below: number) => {
    seed = (Math.imul(seed, 1_103_515_245) + 12_345) >>> 0;
    return (seed >>> 8) % below;
  };
  const pick = <T>(list: readonly T[]): T => list[random(list.length)]!;
  const states: ImageState[] = ['approved', 'deprecated', 'rejected', 'revoked', 'pending'];
  const digests = Array.from({ length: 12 }, (_, at) => `sha256:${at.toString(16).repeat(64)}`);
  const names = ['r.example/a', 'R.example:443/a', 'a', 'docker.io/a', 'r.example/b', 'r.example:5000/a', '../a', ''];
  let admitted = 0;
  for (let round = 0; round < 3000; round += 1) {
    const images = digests
      .filter(() => random(2) === 0)
      .map((each) => ({
        digest: each,
        state: pick(states),
        expiresAt: pick([null, NOW.getTime() - 1, NOW.getTime() + 1]),
        platforms: digests.filter((other) => other !== each && random(6) === 0),
      }));
    const facts = indexOf(images, [['r.example/a', digests.slice(0, random(4)).map((each, at) => [`t${at}`, each])]]);
    const mayRun = (each: string): boolean => {
      const live = (image: (typeof images)[number]) =>
        image.state === 'deprecated' || (image.state === 'approved' && (image.expiresAt ?? Infinity) > NOW.getTime());
      const isPending = (image: (typeof images)[number]) =>
        image.state === 'pending' || (image.state === 'approved' && !live(image));
      const own = images.find((image) => image.digest === each);
      if (own !== undefined && !isPending(own)) return live(own);
      return images.some((image) => image.platforms.includes(each) && live(image));
    };
    const written = Array.from({ length: 1 + random(3) }, () => {
      const tag = pick(['', ':t0', ':t1', ':latest', ':']);
      return `${pick(names)}${tag}${pick(['', '@', '@sha256:1', ...digests.map((each) => `@${each}`)])}`;
    });
    const object = pod(...written);
    const { isFit } = decideAdmission({ kind: POD, object }, ground({ facts }));
    // An empty text names no image; the API server itself refuses such a container.
    const isRight = written.every(
      (image) => image === '' || (mayRun(image.slice(image.indexOf('@') + 1)) && image.includes('@')),
    );
    if (isFit) admitted += 1;
    assert.ok(!isFit || isRight, `${written.join(' ')} was admitted`);
    // A patch leads to nothing that would not have been admitted as it is written then.
    for (const { value } of pinTags({ kind: POD, object }, ground({ facts }))) {
      assert.ok(mayRun(value.slice(value.indexOf('@') + 1)), `${value} was written`);
    }
  }
  assert.ok(admitted > 50, 'the property says something only when some are admitted');
});

test('a snapshot that is cut short, doubled or odd is none', () => {
  const lines = [
    ...snapshotLines([{ digest: GOOD, state: 'approved', expiresAt: null, platforms: [], successor: null }], []),
  ];
  const read = (list: readonly string[]) => {
    const index = new SnapshotIndex();
    for (const line of list) index.add(line);
    return index.isWhole;
  };
  assert.equal(read(lines), true);
  assert.equal(read(lines.slice(0, -1)), false);
  for (const bad of [
    [lines[0]!, ...lines],
    [...lines, lines[0]!],
    lines.slice(1),
    ['{}'],
    ['nothing'],
    [`["i","${GOOD}","allowed",0,[],null]`],
    [`["i","${GOOD}","approved","0",[],null]`],
    ['["i","latest","approved",0,[],null]'],
    ['["x"]'],
    ['["r","a",["tag"]]'],
  ]) {
    assert.throws(() => read(bad), SnapshotError, bad.join('|'));
  }
});
