"""Rule packs of a project: which are in use, which can be chosen, and the edit that chooses one.

A bureau's own pack enters the project whole, as the text of its file, so that nothing outside is needed to open or
replay it. Its hash is checked whenever it is read.
"""

from __future__ import annotations

import hashlib
from pathlib import Path

from gis_planner.errors import RuleError
from gis_planner.io.read_standard import read_pack_text, read_standard, read_standard_text, standard_ids
from gis_planner.messages import Message
from gis_planner.model.edits import UseStandard
from gis_planner.model.issues import Issue
from gis_planner.model.project import ChosenPack, Project
from gis_planner.model.standard import SUBJECTS, Standard, Subject


def pack_in_use(project: Project, subject: Subject = "cluster") -> Standard:
    """Read the pack that a project judges clusters or compounds by; raises RuleError when it is not what it was."""
    return read_chosen(project.packs[subject])


def packs_in_use(project: Project) -> dict[Subject, Standard]:
    """Read the packs that a project is judged by, by subject."""
    return {subject: pack_in_use(project, subject) for subject in SUBJECTS}


def read_chosen(chosen: ChosenPack) -> Standard:
    """Read one chosen pack, from its own text or from those that come with the program."""
    if not chosen.text:
        return read_standard(chosen.id)
    found = hashlib.sha256(chosen.text.encode("utf-8")).hexdigest()
    if chosen.sha256 and chosen.sha256 != found:
        raise RuleError(
            Message("standards.hash_differs", name=chosen.id, wanted=chosen.sha256[:12], found=found[:12]),
            Message("standards.hash_differs_remedy"),
        )
    return read_standard_text(chosen.text, name=f"{chosen.id}.toml")


def choose_standard(id_or_file: str | Path) -> UseStandard:
    """Make the edit that uses a pack that comes with the program, or a bureau's own from a file.

    A text that is the id of a shipped pack means that pack. Raises RuleError for a pack that is not sound.
    """
    if str(id_or_file) in standard_ids():
        shipped = read_standard(str(id_or_file))
        return UseStandard(shipped.id, shipped.subject, shipped.sha256)
    path = Path(id_or_file)
    if not path.exists():
        raise RuleError(
            Message("scoring.pack_unknown", name=str(id_or_file)),
            Message("scoring.pack_unknown_remedy", known=standard_ids()),
        )
    text = read_pack_text(path)
    own = read_standard(path)
    return UseStandard(own.id, own.subject, own.sha256, text)


def check_use(edit: UseStandard) -> Standard:
    """Check an edit that chooses a pack and give the pack; raises RuleError when its body does not hang together."""
    standard = read_chosen(ChosenPack(edit.standard, edit.sha256, edit.text))
    if standard.id != edit.standard or standard.subject != edit.subject:
        raise RuleError(
            Message("standards.other_pack", named=edit.standard, subject=Message(f"scoring.subject.{edit.subject}"),
                    found=standard.id, judged=Message(f"scoring.subject.{standard.subject}")),
            Message("edits.remedy"),
        )  # fmt: skip
    return standard


def doubt_packs(project: Project) -> list[Issue]:
    """List the shipped packs in use that are no longer what they were when they were chosen."""
    issues = []
    for subject in SUBJECTS:
        chosen = project.packs[subject]
        if chosen.text or not chosen.sha256:
            continue
        now = read_standard(chosen.id)
        if now.sha256 != chosen.sha256:
            message = Message(
                "standards.changed",
                name=chosen.id,
                was=chosen.sha256[:12],
                now=now.sha256[:12],
                version=now.version,
            )
            issues.append(Issue("standards.changed", "warning", "", chosen.id, message))
    return issues
