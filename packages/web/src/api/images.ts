import { keepPreviousData, queryOptions, useMutation, useQueryClient } from '@tanstack/react-query';
import { api, type QueryOf } from './client.ts';

export const imageQuery = (digest: string) =>
  queryOptions({
    queryKey: ['images', digest],
    queryFn: ({ signal }) => api('getImage', { params: { digest } }, { signal }),
  });

/** Lets an agent read an image deeper: sizes and configuration of every platform of an index, and an attached SBOM. */
export function useReadImage(digest: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: () => api('readImage', { params: { digest } }),
    onSuccess: (image) => {
      client.setQueryData(imageQuery(digest).queryKey, image);
      // What is compared with this image, and its packages, are known better now.
      void client.invalidateQueries({ queryKey: ['images'] });
      void client.invalidateQueries({ queryKey: ['tags'] });
    },
  });
}

export const packagesQuery = (digest: string, query: QueryOf<'listImagePackages'>) =>
  queryOptions({
    queryKey: ['images', digest, 'packages', query],
    queryFn: ({ signal }) => api('listImagePackages', { params: { digest }, query }, { signal }),
    placeholderData: keepPreviousData,
  });

export const differenceQuery = (from: string, to: string, all: boolean) =>
  queryOptions({
    queryKey: ['images', to, 'difference', from, all],
    queryFn: ({ signal }) =>
      api('getDifference', { params: { digest: to }, query: { from, all: all ? 'true' : 'false' } }, { signal }),
    placeholderData: keepPreviousData,
  });

/** The same for several, one after the other. */
export function useReadImages(digests: readonly string[]) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: async () => {
      const read = [];
      for (const digest of digests) read.push(await api('readImage', { params: { digest } }));
      return read;
    },
    // Also after a failure: one of them may have been read.
    onSettled: () =>
      Promise.all([
        client.invalidateQueries({ queryKey: ['images'] }),
        client.invalidateQueries({ queryKey: ['tags'] }),
      ]),
  });
}
