import { expect, test } from '@jest/globals';
import { gateObservations } from './gate.ts';
import { checkOf } from './check.ts';
import { metricsText } from './metrics.ts';
import { DEFAULT_POLICY } from './policy.ts';
import { answerWith } from './testing.ts';

test('the last round as gauges', () => {
  const check = checkOf({ name: 'ready', kind: 'readiness', url: 'https://app1.example.com/ready' });
  const seen = answerWith(503, { status: 'unhealthy', checks: { 'a"b\\c': { status: 'failed' }, db: { status: 'ok' } } }, {}, { phases: { total: 125 } });
  expect(metricsText(gateObservations(check, [seen], DEFAULT_POLICY), 'shop', 'staging')).toBe(`# HELP shop_health_check_duration_seconds Time of the last request of each check.
# TYPE shop_health_check_duration_seconds gauge
shop_health_check_duration_seconds{endpoint="ready",environment="staging"} 0.125
# HELP shop_readiness_check_duration_seconds Time of the last request of each readiness check.
# TYPE shop_readiness_check_duration_seconds gauge
shop_readiness_check_duration_seconds{endpoint="ready",environment="staging"} 0.125
# HELP shop_health_check_status State of each check: one of the four series is 1.
# TYPE shop_health_check_status gauge
shop_health_check_status{endpoint="ready",environment="staging",status="healthy"} 0
shop_health_check_status{endpoint="ready",environment="staging",status="degraded"} 0
shop_health_check_status{endpoint="ready",environment="staging",status="unhealthy"} 1
shop_health_check_status{endpoint="ready",environment="staging",status="unknown"} 0
# HELP shop_component_health 1 when the component is up.
# TYPE shop_component_health gauge
shop_component_health{component="a\\"b\\\\c",endpoint="ready",environment="staging"} 0
shop_component_health{component="db",endpoint="ready",environment="staging"} 1
# HELP shop_health_check_timestamp_seconds When each check was asked last.
# TYPE shop_health_check_timestamp_seconds gauge
shop_health_check_timestamp_seconds{endpoint="ready",environment="staging"} 1800000000
# EOF
`);
});
