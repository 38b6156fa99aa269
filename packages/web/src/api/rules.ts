import { keepPreviousData, queryOptions, useMutation, useQueryClient } from '@tanstack/react-query';
import { api, type BodyOf, type QueryOf } from './client.ts';

export type RuleDraft = BodyOf<'createRule'>;

export const rulesQuery = (query: QueryOf<'listRules'>) =>
  queryOptions({
    queryKey: ['rules', 'list', query],
    queryFn: ({ signal }) => api('listRules', { query }, { signal }),
    placeholderData: keepPreviousData,
  });

export const ruleQuery = (id: string) =>
  queryOptions({
    queryKey: ['rules', 'one', id],
    queryFn: ({ signal }) => api('getRule', { params: { id } }, { signal }),
  });

/** What a rule would let in; the key holds the whole rule, so an unchanged rule is asked once. */
export const previewQuery = (rule: RuleDraft, offset: number, ruleId?: string) =>
  queryOptions({
    queryKey: ['preview', rule, offset, ruleId ?? null],
    queryFn: ({ signal }) => api('previewRule', { body: { rule, offset, limit: 100, ...of(ruleId) } }, { signal }),
    placeholderData: keepPreviousData,
    retry: false,
    staleTime: 30_000,
  });

const of = (ruleId: string | undefined) => (ruleId === undefined ? {} : { ruleId });

/** Tags that a repository's registry lists and no rule takes. */
export const leftOutQuery = (id: string, query: QueryOf<'listLeftOut'>) =>
  queryOptions({
    queryKey: ['rules', 'left-out', id, query],
    queryFn: ({ signal }) => api('listLeftOut', { params: { id }, query }, { signal }),
    placeholderData: keepPreviousData,
  });

/** What every rule says of a tag, be it in the library or not. */
export const explainQuery = (query: QueryOf<'explainTag'>) =>
  queryOptions({
    queryKey: ['rules', 'explain', query],
    queryFn: ({ signal }) => api('explainTag', { query }, { signal }),
  });

/** Asks the registries for fresh lists first, then previews. */
export function useRefreshPreview(ruleId?: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (rule: RuleDraft) => api('previewRule', { body: { rule, refresh: true, limit: 100, ...of(ruleId) } }),
    onSuccess: (preview, rule) => client.setQueryData(previewQuery(rule, 0, ruleId).queryKey, preview),
  });
}

export function useCreateRule() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (body: RuleDraft) => api('createRule', { body }),
    onSuccess: () => client.invalidateQueries({ queryKey: ['rules'] }),
  });
}

export function useUpdateRule() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: ({ id, patch }: { id: string; patch: BodyOf<'updateRule'> }) =>
      api('updateRule', { params: { id }, body: patch }),
    onSuccess: () => client.invalidateQueries({ queryKey: ['rules'] }),
  });
}

export function useDeleteRule() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (id: string) => api('deleteRule', { params: { id } }),
    onSuccess: (_, id) => {
      client.removeQueries({ queryKey: ruleQuery(id).queryKey });
      void client.invalidateQueries({ queryKey: ['rules', 'list'] });
    },
  });
}
