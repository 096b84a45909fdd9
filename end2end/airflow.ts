// The emulated Airflow of a side: what somebody does in its pages, and what only an emulated one lets happen.

export class Airflow {
  constructor(private readonly address: string) {}

  /** Pauses or unpauses a DAG, or all of them: `~`. */
  async pause(dag: string, paused: boolean): Promise<void> {
    const path = dag === '~' ? '/dags?dag_id_pattern=~&limit=100' : `/dags/${dag}`;
    await this.call('PATCH', `/api/v2${path}`, { is_paused: paused });
  }

  /** The DAGs that are not paused. */
  async awake(): Promise<string[]> {
    const { dags } = await this.call<{ dags: { dag_id: string; is_paused: boolean }[] }>('GET', '/api/v2/dags?limit=100');
    return dags.filter((dag) => !dag.is_paused).map((dag) => dag.dag_id);
  }

  /** Begins a run of a DAG. */
  async trigger(dag: string, run: string): Promise<void> {
    await this.call('POST', `/api/v2/dags/${dag}/dagRuns`, { dag_run_id: run, logical_date: null, conf: {} });
  }

  /** Whatever runs, was due or failed has never been. */
  async forget(): Promise<void> {
    await this.call('POST', '/emulator/forget', {});
  }

  /** Whatever runs ends now. */
  async finish(state: 'success' | 'failed' = 'success'): Promise<void> {
    await this.call('POST', '/emulator/finish', { state });
  }

  /** It answers nobody, or everybody again. */
  async silent(silent: boolean): Promise<void> {
    await this.call('POST', '/emulator/silent', { silent });
  }

  /** A part of it is unhealthy by its own word, such as its scheduler; without one, all are well. */
  async ill(part?: string): Promise<void> {
    await this.call('POST', '/emulator/ill', { part });
  }

  /** A file cannot be imported; without one, all can. */
  async breaks(file?: string, error?: string): Promise<void> {
    await this.call('POST', '/emulator/import_error', { file, error });
  }

  private async call<T>(method: string, path: string, body?: object): Promise<T> {
    const answer = await fetch(`${this.address}${path}`, {
      method,
      headers: { 'content-type': 'application/json' },
      body: body && JSON.stringify(body),
    });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${text}`);
    return (text ? JSON.parse(text) : undefined) as T;
  }
}
