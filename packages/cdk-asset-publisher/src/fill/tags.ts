import { ARTIFACT_TAG, TAG_TABLE } from '@holdfast/cloudformation';
import { isMap, type Json, type JsonMap } from '../assembly/types.js';
import { TAG_PLACEHOLDER } from '../placeholders.js';

/**
 * Properties with the tag that names the version which the resource is about, where the resource asks for it by the placeholder, or
 * `always`. Without such a version the placeholder goes.
 */
export function fillTag(
  type: string,
  properties: JsonMap,
  version: string | undefined,
  always: boolean,
): JsonMap {
  const form = TAG_TABLE[type];
  const { Tags: tags, ...rest } = properties;
  const asked = JSON.stringify(tags ?? null).includes(TAG_PLACEHOLDER);
  if (!asked && (!always || form === undefined || version === undefined)) return properties;
  const filled = asList(tags) ? tagList(tags ?? [], version) : tagMap(tags, version);
  const mapForm = form === 'map' && tags === undefined;
  const result = mapForm ? tagMap({}, version) : filled;
  return Object.keys(result).length === 0 ? rest : { ...rest, Tags: result };
}

function asList(tags: Json | undefined): tags is Json[] | undefined {
  return tags === undefined || Array.isArray(tags);
}

function tagList(tags: readonly Json[], version: string | undefined): Json[] {
  const others = tags.filter((tag) => !isMap(tag) || tag['Key'] !== ARTIFACT_TAG);
  return version === undefined ? others : [...others, { Key: ARTIFACT_TAG, Value: version }];
}

function tagMap(tags: Json | undefined, version: string | undefined): JsonMap {
  const { [ARTIFACT_TAG]: _, ...others } = isMap(tags) ? tags : {};
  return version === undefined ? others : { ...others, [ARTIFACT_TAG]: version };
}
