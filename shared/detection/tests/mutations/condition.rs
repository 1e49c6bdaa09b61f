//! A condition with one operand less, and what its selections do to it.

use rsigma_parser::{ConditionExpr, Quantifier};

use crate::mutant::Effect;

/// Every way to leave out one operand: what is left out, what that does, and the rest.
pub(crate) fn shortened(condition: &ConditionExpr) -> Vec<(String, Effect, ConditionExpr)> {
    match flat(condition) {
        ConditionExpr::And(operands) => one_less(&operands, Effect::Wider, ConditionExpr::And),
        ConditionExpr::Or(operands) => one_less(&operands, Effect::Narrower, ConditionExpr::Or),
        ConditionExpr::Not(inner) => {
            let inner = shortened(&inner).into_iter();
            inner
                .map(|(without, effect, rest)| (without, effect.reversed(), ConditionExpr::Not(Box::new(rest))))
                .collect()
        }
        ConditionExpr::Identifier(_) | ConditionExpr::Selector { .. } => Vec::new(),
    }
}

fn one_less(
    operands: &[ConditionExpr],
    effect: Effect,
    join: fn(Vec<ConditionExpr>) -> ConditionExpr,
) -> Vec<(String, Effect, ConditionExpr)> {
    let mut shorter = Vec::new();
    for (index, operand) in operands.iter().enumerate() {
        let mut rest = operands.to_vec();
        rest.remove(index);
        let rest = if rest.len() == 1 { rest.remove(0) } else { join(rest) };
        shorter.push((operand.to_string(), effect, rest));
        for (without, effect, part) in shortened(operand) {
            let mut changed = operands.to_vec();
            changed[index] = part;
            shorter.push((without, effect, join(changed)));
        }
    }
    shorter
}

/// `a and b and c` as one list, however it was parsed.
fn flat(condition: &ConditionExpr) -> ConditionExpr {
    let operands = |operands: &[ConditionExpr],
                    same: fn(ConditionExpr) -> Result<Vec<ConditionExpr>, ConditionExpr>| {
        operands.iter().map(flat).flat_map(|operand| same(operand).unwrap_or_else(|other| vec![other])).collect()
    };
    match condition {
        ConditionExpr::And(all) => ConditionExpr::And(operands(all, |operand| match operand {
            ConditionExpr::And(inner) => Ok(inner),
            other => Err(other),
        })),
        ConditionExpr::Or(any) => ConditionExpr::Or(operands(any, |operand| match operand {
            ConditionExpr::Or(inner) => Ok(inner),
            other => Err(other),
        })),
        ConditionExpr::Not(inner) => ConditionExpr::Not(Box::new(flat(inner))),
        other => other.clone(),
    }
}

/// What the condition does when the selection matches more.
pub(crate) fn when_it_matches_more(condition: &ConditionExpr, selection: &str) -> Effect {
    let mut signs = Vec::new();
    visit(condition, false, &mut |leaf, negated| {
        let named = match leaf {
            ConditionExpr::Identifier(name) => name == selection,
            ConditionExpr::Selector { pattern, .. } => pattern.matches_detection_name(selection),
            _ => false,
        };
        if named {
            signs.push(if negated { Effect::Narrower } else { Effect::Wider });
        }
    });
    common(&signs)
}

/// What it does to the condition that a selection, which only patterns speak of, is gone. `None` when the condition
/// names it, or when some pattern would be left with nothing.
pub(crate) fn when_it_is_gone(condition: &ConditionExpr, selection: &str, all: &[&str]) -> Option<Effect> {
    let mut effects = Vec::new();
    let mut possible = true;
    visit(condition, false, &mut |leaf, negated| match leaf {
        ConditionExpr::Identifier(name) => possible &= name != selection,
        ConditionExpr::Selector { quantifier, pattern } if pattern.matches_detection_name(selection) => {
            possible &= all.iter().filter(|name| pattern.matches_detection_name(name)).count() > 1;
            let effect = match quantifier {
                Quantifier::Any => Effect::Narrower,
                Quantifier::All => Effect::Wider,
                Quantifier::Count(_) => Effect::Either,
            };
            effects.push(if negated { effect.reversed() } else { effect });
        }
        _ => {}
    });
    (possible && !effects.is_empty()).then(|| common(&effects))
}

fn common(effects: &[Effect]) -> Effect {
    match effects {
        [first, rest @ ..] if rest.iter().all(|effect| effect == first) => *first,
        _ => Effect::Either,
    }
}

fn visit(condition: &ConditionExpr, negated: bool, leaf: &mut impl FnMut(&ConditionExpr, bool)) {
    match condition {
        ConditionExpr::And(operands) | ConditionExpr::Or(operands) => {
            for operand in operands {
                visit(operand, negated, leaf);
            }
        }
        ConditionExpr::Not(inner) => visit(inner, !negated, leaf),
        other => leaf(other, negated),
    }
}
