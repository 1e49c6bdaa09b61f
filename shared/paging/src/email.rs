//! The page as text, which is how mail shows it: labelled lines, the most urgent first.

use crate::limits::Limits;
use crate::story::Story;
use crate::text::Lines;

impl Story {
    /// The whole page.
    pub(crate) fn email(&self, limits: Limits) -> String {
        let mut lines = Lines::default();
        self.told(limits, &mut lines);
        if let Some(question) = &self.question {
            lines.lines("ANSWER", [question.approve.clone(), question.reject.clone()]);
        }
        lines.lines("FIRST", self.first.clone());
        if let Some(undo) = &self.undo {
            lines.lines("UNDO", undo.lines());
        }
        lines.gap();
        lines.lines("WAS FOR", self.was_for.clone());
        lines.lines("RULE", self.rule_line());
        let continues = self.continues.as_ref().map(|before| format!(", goes on from {before}")).unwrap_or_default();
        if !self.finding.is_empty() {
            lines.line("FINDING", &format!("{}{continues}", self.finding));
        }
        lines.line("INCIDENT", &self.incident_line());
        lines.line("RUNBOOK", &self.runbook);
        lines.line("STATUS", &self.status);
        lines.into_text()
    }

    /// All but the commands and the names of things.
    pub(crate) fn told(&self, limits: Limits, lines: &mut Lines) {
        for sentence in self.lead().iter().chain([&self.headline]).chain(&self.remarks) {
            lines.plain(sentence);
        }
        lines.gap();
        self.happened(limits, lines);
        lines.gap();
        if let Some(question) = &self.question {
            lines.lines("PLAN", limits.whole(&question.plan));
            lines.line("UNTIL", &question.until);
        }
        lines.lines("DONE", limits.whole(&self.done));
        lines.lines("NOT DONE", limits.whole(&self.not_done));
        lines.lines("WORKLOAD", limits.most(&self.around.workload));
        lines.lines("ONWARD", limits.most(&self.around.onward));
        lines.lines("UNKNOWN", limits.most(&self.around.unknown));
        lines.lines("ENDS", self.ends.map(|ends| format!("{ends:.0}, by itself")));
    }

    fn happened(&self, limits: Limits, lines: &mut Lines) {
        lines.lines("WHAT", self.what.clone());
        lines.lines("BURST", limits.most(&self.facts.burst));
        lines.lines("WHO", limits.whole(&self.facts.who));
        for (label, value) in &self.details {
            lines.line(label, value);
        }
        let Some(place) = &self.facts.place else { return };
        lines.lines("WHERE", limits.some(&self.facts.origin).into_iter().chain([place.clone()]));
        lines.lines("ASSET", self.facts.asset_lines(limits));
        lines.lines("EVIDENCE", self.facts.event_lines(limits));
    }

    fn rule_line(&self) -> Option<String> {
        let rule = self.rule.as_ref()?;
        let attack = rule.attack.join(", ");
        let attack = if attack.is_empty() { attack } else { format!("; ATT&CK {attack}") };
        Some(format!("{} (severity {}{attack})", rule.id, rule.severity))
    }
}
