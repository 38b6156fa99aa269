import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdirSync, readFileSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { collect } from '../testing.ts';
import { blobPath, folder, image, openLayout, pack, tagsOf, writeLayout } from './testing.ts';

const [a, b] = [image('a'), image('b')];

test('an archive reads like the folder, in every format of tar, with long names before the images', async (t) => {
  const path = folder(t);
  const layout = join(path, 'layout');
  const long = 'n'.repeat(120);
  mkdirSync(join(layout, long, long), { recursive: true });
  writeFileSync(join(layout, long, long, long), 'x'.repeat(3000));
  writeLayout(layout, [['17.4', a]]);
  for (const format of ['gnu', 'pax']) {
    const archive = join(path, `postgresql-${format}.tar`);
    pack(layout, archive, `--format=${format}`);
    const registry = openLayout(archive);
    assert.deepEqual(await collect(registry.listRepositories()), [`postgresql-${format}`]);
    const content = await registry.getManifest(`postgresql-${format}`, '17.4');
    assert.equal(Buffer.from(content.bytes).toString(), a.text);
  }
});

test('a compressed archive is refused with the hint to unpack it', async (t) => {
  const path = folder(t);
  const layout = join(path, 'layout');
  writeLayout(layout, [['1', a]]);
  pack(layout, join(path, 'x.tar.gz'), '-z');
  await assert.rejects(openLayout(join(path, 'x.tar.gz')).ping(), { code: 'layout-invalid', hint: /gunzip/ });
  // In a folder of several it makes the list incomplete and hides nothing.
  const shelf = openLayout(path);
  assert.deepEqual(await tagsOf(shelf, 'layout'), { tags: { '1': a.digest }, code: 'layout-invalid' });
});

test('whatever is cut off, damaged or no archive fails, and never tells fewer tags', async (t) => {
  const path = folder(t);
  const layout = join(path, 'layout');
  writeLayout(layout, [
    ['x:1', a],
    ['x:2', b],
  ]);
  const whole = join(path, 'whole.tar');
  pack(layout, whole);
  const { size } = statSync(whole);
  // tar pads the end to 10 KiB; what counts ends two blocks of zeros after the last file.
  const bytes = readFileSync(whole);
  const content = bytes.findLastIndex((byte) => byte !== 0) + 1;
  const cut = join(path, 'cut.tar');
  for (let length = 0; length < Math.ceil(content / 512) * 512; length += 256) {
    copyFileSync(whole, cut);
    truncateSync(cut, length);
    await assert.rejects(openLayout(cut).ping(), { code: /layout-(incomplete|invalid)/ }, `${length} of ${size}`);
  }
  const damaged = Buffer.from(bytes);
  damaged[148] = 0x39;
  writeFileSync(cut, damaged);
  await assert.rejects(openLayout(cut).ping(), { code: 'layout-invalid' });
  writeFileSync(cut, 'no archive '.repeat(200));
  await assert.rejects(openLayout(cut).ping(), { code: 'layout-invalid', message: /no tar archive/ });
  // A header that claims more than there is must not make room for it.
  const huge = Buffer.from(bytes);
  huge.write('77777777777\0', 124);
  writeFileSync(cut, huge);
  await assert.rejects(openLayout(cut).ping(), { code: /layout-(incomplete|invalid)/ });
});

test('an archive that changes is indexed anew, and bytes of its old places are not taken', async (t) => {
  const path = folder(t);
  const layout = join(path, 'layout');
  const archive = join(path, 'x.tar');
  writeLayout(layout, [['x:1', a]]);
  pack(layout, archive);
  const registry = openLayout(archive);
  assert.deepEqual(await tagsOf(registry, 'x'), { tags: { '1': a.digest }, code: null });
  writeLayout(layout, [
    ['x:1', a],
    ['x:2', b],
  ]);
  pack(layout, archive);
  const both = { '1': a.digest, '2': b.digest };
  assert.deepEqual(await tagsOf(registry, 'x'), { tags: both, code: null });
  assert.equal((await registry.getManifest('x', '2')).digest, b.digest);
  truncateSync(archive, 1024);
  assert.deepEqual(await tagsOf(registry, 'x'), { tags: {}, code: 'layout-incomplete' });
});

test('a name that stands twice in an archive is the later one, as in unpacking', async (t) => {
  const path = folder(t);
  const layout = join(path, 'layout');
  const archive = join(path, 'x.tar');
  writeLayout(layout, [['x:1', a]]);
  pack(layout, archive);
  writeLayout(layout, [['x:1', b]]);
  execFileSync('tar', ['-rf', archive, '-C', layout, './index.json', `./${blobPath('', b.digest)}`]);
  assert.deepEqual(await tagsOf(openLayout(archive), 'x'), { tags: { '1': b.digest }, code: null });
});

test('links in an archive are not followed', async (t) => {
  const path = folder(t);
  const layout = join(path, 'layout');
  writeLayout(layout, [['x:1', a]]);
  execFileSync('ln', ['-sf', '/etc/hostname', blobPath(layout, a.digest)]);
  const archive = join(path, 'x.tar');
  pack(layout, archive);
  await assert.rejects(openLayout(archive).getManifest('x', '1'), { code: 'layout-incomplete' });
});
