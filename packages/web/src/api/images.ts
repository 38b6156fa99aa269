import { queryOptions, useMutation, useQueryClient } from '@tanstack/react-query';
import { api } from './client.ts';

export const imageQuery = (digest: string) =>
  queryOptions({
    queryKey: ['images', digest],
    queryFn: ({ signal }) => api('getImage', { params: { digest } }, { signal }),
  });

/** Lets an agent read sizes and configuration of every platform of an index. */
export function useReadImage(digest: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: () => api('readImage', { params: { digest } }),
    onSuccess: (image) => {
      client.setQueryData(imageQuery(digest).queryKey, image);
      void client.invalidateQueries({ queryKey: ['tags'] });
    },
  });
}
