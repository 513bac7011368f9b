import type {
  GetFunctionRequest,
  GetFunctionResponse,
  GetLayerVersionByArnRequest,
  GetLayerVersionResponse,
  ListAliasesRequest,
  ListAliasesResponse,
  ListFunctionsRequest,
  ListFunctionsResponse,
  ListVersionsByFunctionRequest,
  ListVersionsByFunctionResponse,
  FunctionConfiguration,
  UpdateFunctionCodeRequest,
} from '@aws-sdk/client-lambda';

/** The calls to Lambda. Only {@link updateFunctionCode} changes anything. */
export interface LambdaApi {
  getFunction(input: GetFunctionRequest): Promise<GetFunctionResponse>;
  listVersions(input: ListVersionsByFunctionRequest): Promise<ListVersionsByFunctionResponse>;
  listAliases(input: ListAliasesRequest): Promise<ListAliasesResponse>;
  listFunctions(input: ListFunctionsRequest): Promise<ListFunctionsResponse>;
  getLayerVersion(input: GetLayerVersionByArnRequest): Promise<GetLayerVersionResponse>;
  updateFunctionCode(input: UpdateFunctionCodeRequest): Promise<FunctionConfiguration>;
  close(): void;
}
