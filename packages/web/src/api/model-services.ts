import { keepPreviousData, queryOptions, useMutation, useQueryClient } from '@tanstack/react-query';
import { api, type BodyOf, type QueryOf } from './client.ts';

export const deploymentsQuery = (query: QueryOf<'listModelDeployments'>) =>
  queryOptions({
    queryKey: ['model-deployments', 'list', query],
    queryFn: ({ signal }) => api('listModelDeployments', { query }, { signal }),
    placeholderData: keepPreviousData,
  });

export const deploymentQuery = (id: string) =>
  queryOptions({
    queryKey: ['model-deployments', 'one', id],
    queryFn: ({ signal }) => api('getModelDeployment', { params: { id } }, { signal }),
  });

export const deploymentManifestQuery = (body: BodyOf<'modelDeploymentManifest'>) =>
  queryOptions({
    queryKey: ['model-deployments', 'manifest', body],
    queryFn: ({ signal }) => api('modelDeploymentManifest', { body }, { signal }),
    placeholderData: keepPreviousData,
    retry: false,
  });

export function useCreateDeployment() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (body: BodyOf<'createModelDeployment'>) => api('createModelDeployment', { body }),
    onSuccess: () => client.invalidateQueries({ queryKey: ['model-deployments', 'list'] }),
  });
}

export const deploymentChangeQuery = (id: string, body: BodyOf<'updateModelDeployment'>) =>
  queryOptions({
    queryKey: ['model-deployments', 'change', id, body],
    queryFn: ({ signal }) => api('modelDeploymentChangeManifest', { params: { id }, body }, { signal }),
    placeholderData: keepPreviousData,
    retry: false,
  });

export function useUpdateDeployment(id: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (body: BodyOf<'updateModelDeployment'>) => api('updateModelDeployment', { params: { id }, body }),
    onSuccess: (deployment) => {
      client.setQueryData(deploymentQuery(id).queryKey, deployment);
      void client.invalidateQueries({ queryKey: ['model-deployments', 'list'] });
    },
  });
}

/** Hands a deployment that was kept as a file to the agents of its location. */
export function useApplyDeployment(id: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: () => api('updateModelDeployment', { params: { id }, body: { apply: true } }),
    onSuccess: (deployment) => {
      client.setQueryData(deploymentQuery(id).queryKey, deployment);
      void client.invalidateQueries({ queryKey: ['model-deployments', 'list'] });
    },
  });
}

export function useDeleteDeployment(id: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: () => api('deleteModelDeployment', { params: { id } }),
    onSuccess: () => client.invalidateQueries({ queryKey: ['model-deployments', 'list'] }),
  });
}

export const servicesQuery = (query: QueryOf<'listModelServices'>) =>
  queryOptions({
    queryKey: ['model-services', 'list', query],
    queryFn: ({ signal }) => api('listModelServices', { query }, { signal }),
    placeholderData: keepPreviousData,
  });

export const serviceQuery = (id: string) =>
  queryOptions({
    queryKey: ['model-services', 'one', id],
    queryFn: ({ signal }) => api('getModelService', { params: { id } }, { signal }),
  });

/** The service is asked before anything is kept, so this takes as long as its answer. */
export function useRegisterService() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (body: BodyOf<'createModelService'>) => api('createModelService', { body }),
    onSuccess: () => client.invalidateQueries({ queryKey: ['model-services', 'list'] }),
  });
}

/** Asked again before anything is kept. */
export function useUpdateService(id: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (body: BodyOf<'updateModelService'>) => api('updateModelService', { params: { id }, body }),
    onSuccess: () => client.invalidateQueries({ queryKey: ['model-services'] }),
  });
}

export function useProbeService(id: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: () => api('probeModelService', { params: { id } }),
    onSuccess: () => client.invalidateQueries({ queryKey: ['model-services'] }),
  });
}

export function useTryService(id: string) {
  return useMutation({
    mutationFn: (body: BodyOf<'tryModelService'>) => api('tryModelService', { params: { id }, body }),
  });
}

export function useDeleteService(id: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: () => api('deleteModelService', { params: { id } }),
    onSuccess: () => client.invalidateQueries({ queryKey: ['model-services', 'list'] }),
  });
}
