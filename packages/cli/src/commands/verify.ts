/** `pharos verify`: whether a trusted key signed an image. For scripts: 0 means yes and nothing else does. */
import type { ImageVerification } from '@pharos/contract';
import type { Command } from 'commander';
import { type CommonOptions, clientAction, clientCommand, examples, noteProblems, type Shell } from '../command.ts';
import { minute, shortDigest } from '../format.ts';
import { findDigest, isDigestLike } from '../image-reference.ts';
import type { Output } from '../output.ts';
import { findTag } from '../tag-reference.ts';

export function verifyCommand(shell: Shell): Command {
  const command = clientCommand('verify', 'say whether a trusted key signed an image; exit code 0 only when one did')
    .argument('<image>', 'REPOSITORY:TAG, or a digest or its beginning')
    .option('--registry <REGISTRY>', 'where several registries have this repository');
  return examples(command, 'verify postgresql:17.4-2503310734', 'verify sha256:3a7c… --json').action(
    clientAction<CommonOptions & { registry?: string }>(shell, async ({ client, out }, [text], options) => {
      // A digest names the image wherever it stands; a tag asks for what was found in its own repository.
      let digest: string;
      let repositoryId: string | undefined;
      if (isDigestLike(text!)) digest = await findDigest(client, text!);
      else {
        const { repository, name } = await findTag(client, [text!], options.registry);
        repositoryId = repository.id;
        digest = (await client('getTag', { params: { id: repository.id, name } })).digest;
      }
      const answer = await client('getImageVerification', { params: { digest }, query: { repositoryId } });
      out.one(answer, digest, (body) => show(out, body));
      if (answer.state !== 'verified') noteProblems(shell);
    }),
  );
}

function show(out: Output, answer: ImageVerification): void {
  out.line(
    out.style({ text: `${answer.state}: ${answer.sentence}`, style: answer.state === 'verified' ? 'green' : 'yellow' }),
  );
  out.fields([['digest', answer.digest]]);
  for (const each of answer.evidence) {
    out.heading(`Signature ${shortDigest(each.digest)} (${each.form}), found in ${each.repository}`);
    if (each.subject !== answer.digest) out.line(out.style({ text: `of the platform manifest ${each.subject}` }));
    if (each.results.length === 0) out.line('no trust entry applies');
    for (const { trust, outcome, reason, verifiedAt } of each.results) {
      out.line(out.style({ text: `${outcome} by "${trust}", ${minute(verifiedAt)}: ${reason}` }));
    }
  }
}
