import type { Service } from '../../model/cluster.ts';
import { type EndpointSources, endpointSourceOf } from '../endpoint-sources.ts';
import { grouped, services, subject } from './grouped.ts';
import type { Check } from './planned.ts';

/** F12: a traffic distribution is only a wish; without hints in the slices nothing comes of it. */
export const missingTopologyHints: Check = ({ taken, sources }) =>
  grouped(
    'NATC3013',
    'note',
    taken
      .filter(
        (service) => service.trafficDistribution !== undefined && lacksHints(sources, service),
      )
      .map((service) => subject(service, ['spec', 'trafficDistribution'])),
    {
      noun: services,
      says: [
        'has a trafficDistribution, but its endpoints carry no topology hints',
        'have a trafficDistribution, but their endpoints carry no topology hints',
      ],
      hint: 'the endpoint slice controller writes the hints; without them all endpoints are used alike',
    },
  );

function lacksHints(sources: EndpointSources, service: Service): boolean {
  const source = endpointSourceOf(sources, service);
  switch (source.kind) {
    case 'slices': {
      const endpoints = source.slices.flatMap((slice) => slice.endpoints);
      return (
        endpoints.length > 0 &&
        endpoints.every(({ forZones, forNodes }) => forZones.length === 0 && forNodes.length === 0)
      );
    }
    case 'mirror':
      return true;
    case 'unmirrored':
    case 'none':
      return false;
  }
}
