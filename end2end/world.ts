// The emulated AWS as browser tests use it: the flag, read and moved without Teal's knowledge.

import { readFileSync } from 'node:fs';
import { Airflow } from './airflow';

export type Color = 'blue' | 'green';

export type Version = { Version: number; Value: string; Description?: string; LastModifiedUser: string };

type Told = { ministack: string; region: string; flag: string; airflow_ports: Record<string, number> };

export class World {
  private constructor(private readonly told: Told) {}

  static fromEnvironment(): World {
    const file = process.env.TEAL_WORLD;
    if (!file) throw new Error('TEAL_WORLD is not set: run these tests with `make test`');
    return new World(JSON.parse(readFileSync(file, 'utf8')) as Told);
  }

  /** What the flag holds now; `undefined` where there is none. */
  async flag(name = this.told.flag): Promise<{ value: string; version: number } | undefined> {
    const { Parameters } = await this.ssm<{ Parameters: { Value: string; Version: number }[] }>('GetParameters', {
      Names: [name],
    });
    return Parameters[0] && { value: Parameters[0].Value, version: Parameters[0].Version };
  }

  /** Puts the flag as somebody with the AWS command line does. Answers the version that came of it. */
  async put(value: string, description?: string, name = this.told.flag): Promise<number> {
    const { Version } = await this.ssm<{ Version: number }>('PutParameter', {
      Name: name,
      Value: value,
      Type: 'String',
      Overwrite: true,
      ...(description === undefined ? {} : { Description: description }),
    });
    return Version;
  }

  async deleteFlag(): Promise<void> {
    await this.ssm('DeleteParameter', { Name: this.told.flag });
  }

  async history(): Promise<Version[]> {
    const found: Version[] = [];
    let NextToken: string | undefined;
    do {
      const page = await this.ssm<{ Parameters: Version[]; NextToken?: string }>('GetParameterHistory', {
        Name: this.told.flag,
        MaxResults: 50,
        NextToken,
      });
      found.push(...page.Parameters);
      NextToken = page.NextToken;
    } while (NextToken);
    return found;
  }

  /** Somebody updates a side to another version of Airflow: it is UPDATING for some seconds. */
  async update(color: Color, version: string): Promise<void> {
    const answer = await fetch(`${this.told.ministack}/environments/mwaa-openlineage-${color}-dev`, {
      method: 'PATCH',
      headers: { 'content-type': 'application/json', authorization: this.signature('airflow') },
      body: JSON.stringify({ AirflowVersion: version }),
    });
    if (!answer.ok) throw new Error(`UpdateEnvironment: ${answer.status} ${await answer.text()}`);
  }

  /** The version of Airflow that MWAA tells of a side. */
  async version(color: Color): Promise<string | undefined> {
    const answer = await fetch(`${this.told.ministack}/environments/mwaa-openlineage-${color}-dev`, { headers: { authorization: this.signature('airflow') } });
    const { Environment } = (await answer.json()) as { Environment: { AirflowVersion: string } };
    return Environment.AirflowVersion;
  }

  /** The schedulers of both sides have just given a sign of life. */
  async beats(): Promise<void> {
    const form = new URLSearchParams({ Action: 'PutMetricData', Version: '2010-08-01', Namespace: 'AmazonMWAA' });
    for (const [number, color] of ['blue', 'green'].entries()) {
      const datum = `MetricData.member.${number + 1}`;
      form.set(`${datum}.MetricName`, 'SchedulerHeartbeat');
      form.set(`${datum}.Value`, '12');
      form.set(`${datum}.Timestamp`, new Date().toISOString());
      for (const [at, [name, value]] of Object.entries({ Environment: `mwaa-openlineage-${color}-dev`, Function: 'Scheduler' }).entries()) {
        form.set(`${datum}.Dimensions.member.${at + 1}.Name`, name);
        form.set(`${datum}.Dimensions.member.${at + 1}.Value`, value);
      }
    }
    const answer = await fetch(this.told.ministack, { method: 'POST', headers: { authorization: this.signature('monitoring') }, body: form });
    if (!answer.ok) throw new Error(`PutMetricData: ${answer.status} ${await answer.text()}`);
  }

  /** The Airflow of a side. */
  airflow(color: Color): Airflow {
    return new Airflow(`http://127.0.0.1:${this.told.airflow_ports[`mwaa-openlineage-${color}-dev`]}`);
  }

  /** Blue or green works on these DAGs, and on nothing yet; everything else is paused on both sides. */
  async works(live: Color, dags: string[]): Promise<void> {
    for (const color of ['blue', 'green'] as const) {
      const airflow = this.airflow(color);
      await airflow.silent(false);
      await airflow.pause('~', true);
      if (color === live) for (const dag of dags) await airflow.pause(dag, false);
      // What was due began as it was unpaused, and what ran while a test had the flag name no side has failed.
      await airflow.forget();
    }
  }

  private signature(service: string): string {
    return `AWS4-HMAC-SHA256 Credential=test/20260101/${this.told.region}/${service}/aws4_request, SignedHeaders=host, Signature=0`;
  }

  // The emulator reads account and region from the signature's header and does not check the signature, so no SDK
  // is needed here.
  private async ssm<T>(action: string, input: object): Promise<T> {
    const answer = await fetch(this.told.ministack, {
      method: 'POST',
      headers: {
        'content-type': 'application/x-amz-json-1.1',
        'x-amz-target': `AmazonSSM.${action}`,
        authorization: this.signature('ssm'),
      },
      body: JSON.stringify(input),
    });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${action}: ${answer.status} ${text}`);
    return (text ? JSON.parse(text) : undefined) as T;
  }
}
