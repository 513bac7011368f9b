type Environment = Readonly<Record<string, string | undefined>>;

interface CiService {
  readonly name: string;
  /** The variable whose presence says that the service runs this process. */
  readonly marker: string;
  /** Variable names in braces; the URL is known when all of them are set. The first complete one is used. */
  readonly urls: readonly string[];
}

/**
 * How each service tells a job its own address.
 *
 * Sources: the services' pages on predefined variables:
 * https://docs.github.com/actions/reference/workflows-and-actions/variables ·
 * https://docs.gitlab.com/ci/variables/predefined_variables ·
 * https://circleci.com/docs/reference/variables ·
 * https://docs.aws.amazon.com/codebuild/latest/userguide/build-env-ref-env-vars.html ·
 * https://www.jenkins.io/doc/book/pipeline/jenkinsfile/#using-environment-variables ·
 * https://buildkite.com/docs/pipelines/configure/environment-variables ·
 * https://learn.microsoft.com/azure/devops/pipelines/build/variables ·
 * https://support.atlassian.com/bitbucket-cloud/docs/variables-and-secrets
 */
export const CI_SERVICES: readonly CiService[] = [
  {
    name: 'GitHub Actions',
    marker: 'GITHUB_ACTIONS',
    urls: [
      '{GITHUB_SERVER_URL}/{GITHUB_REPOSITORY}/actions/runs/{GITHUB_RUN_ID}/attempts/{GITHUB_RUN_ATTEMPT}',
      '{GITHUB_SERVER_URL}/{GITHUB_REPOSITORY}/actions/runs/{GITHUB_RUN_ID}',
    ],
  },
  { name: 'GitLab CI', marker: 'GITLAB_CI', urls: ['{CI_PIPELINE_URL}', '{CI_JOB_URL}'] },
  { name: 'CircleCI', marker: 'CIRCLECI', urls: ['{CIRCLE_BUILD_URL}'] },
  { name: 'AWS CodeBuild', marker: 'CODEBUILD_BUILD_ID', urls: ['{CODEBUILD_BUILD_URL}'] },
  { name: 'Buildkite', marker: 'BUILDKITE', urls: ['{BUILDKITE_BUILD_URL}'] },
  {
    name: 'Azure Pipelines',
    marker: 'TF_BUILD',
    urls: ['{SYSTEM_COLLECTIONURI}{SYSTEM_TEAMPROJECT}/_build/results?buildId={BUILD_BUILDID}'],
  },
  {
    name: 'Bitbucket Pipelines',
    marker: 'BITBUCKET_BUILD_NUMBER',
    urls: ['https://bitbucket.org/{BITBUCKET_REPO_FULL_NAME}/pipelines/results/{BITBUCKET_BUILD_NUMBER}'],
  },
  { name: 'Jenkins', marker: 'JENKINS_URL', urls: ['{BUILD_URL}'] },
];

/** The URL of the CI run that this environment belongs to, without user information; undefined outside of CI. */
export function findCiRun(env: Environment): string | undefined {
  for (const service of CI_SERVICES) {
    if ((env[service.marker] ?? '') === '') continue;
    for (const template of service.urls) {
      const url = fill(template, env);
      if (url !== undefined) return withoutUser(url);
    }
  }
  return undefined;
}

function fill(template: string, env: Environment): string | undefined {
  const names = [...template.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => name);
  if (names.some((name) => (env[name] ?? '') === '')) return undefined;
  return template.replace(/\{(\w+)\}/g, (_, name: string) => env[name] ?? '');
}

function withoutUser(text: string): string | undefined {
  if (!URL.canParse(text)) return undefined;
  const url = new URL(text);
  if (url.protocol !== 'https:' && url.protocol !== 'http:') return undefined;
  url.username = '';
  url.password = '';
  return url.href;
}
