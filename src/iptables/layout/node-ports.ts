import { formatCidr } from '../../net/cidr.ts';
import type { FamilyPlan } from '../../plan/plan.ts';
import type { IptablesMatch, IptablesRule } from '../ast.ts';
import { returns, rule, to } from './rules.ts';

/**
 * What tells the addresses that node ports answer on, one list of matches for each network; none for
 * all addresses. A packet may match several.
 */
export const nodePortNetworks = ({
  nodePortAddresses,
}: FamilyPlan): readonly (readonly IptablesMatch[])[] =>
  nodePortAddresses.cidrs.map((cidr) => (cidr.prefixLength === 0 ? [] : [to(formatCidr(cidr))]));

/** First in a chain of node ports: leaves the loopback alone where it is not to be served (N9). */
export const exceptLoopback = ({
  family,
  nodePortAddresses,
}: FamilyPlan): readonly IptablesRule[] =>
  nodePortAddresses.loopback
    ? []
    : [rule([to(family === 'IPv4' ? '127.0.0.0/8' : '::1')], returns)];
