"""What a process holds from start to end, made once from the settings: the same for web, workers and commands."""

from dataclasses import dataclass
from datetime import datetime

from flask import current_app
from redis import Redis

from hotline.carriers.base import TextCarrier, VoiceCarrier
from hotline.carriers.twilio import TwilioCarrier
from hotline.clock import Clock, utc_now
from hotline.database import Database
from hotline.errors import SettingsError
from hotline.evaluation import Store, make_stores
from hotline.flows import load_flow
from hotline.guides import load_guide
from hotline.jobs.queue import Doorbell, connect
from hotline.policies import load_policy
from hotline.privacy import Vault
from hotline.prompts.folder import PromptFolder
from hotline.recordings import RecordingFolder
from hotline.rules.policy import Policy
from hotline.rules.script import Channel
from hotline.rules.statement import lists
from hotline.scripts import load_script
from hotline.settings import Settings


@dataclass(frozen=True, slots=True)
class Services:
    settings: Settings
    policy: Policy
    vault: Vault
    redis: Redis
    database: Database
    text_carrier: TextCarrier
    voice_carrier: VoiceCarrier
    stores: tuple[Store, ...]
    prompts: PromptFolder | None
    recordings: RecordingFolder
    clock: Clock

    def now(self) -> datetime:
        return self.clock()

    def public(self, path: str) -> str:
        """The address at which a carrier reaches `path` of ours."""
        return self.settings.public_url + path


def make_services(settings: Settings, clock: Clock = utc_now) -> Services:
    """Raises SettingsError when the policy, a script or a guide is faulty."""
    policy = load_policy(settings.policy)
    _check_scripts(policy)
    load_guide(policy.casework.guide)
    vault = Vault(settings.data_key_bytes)
    redis = connect(settings.redis_url)
    database = Database(settings.database_url, on_commit=Doorbell(redis).ring)
    carrier = TwilioCarrier(settings, vault, policy.region)
    return Services(
        settings=settings,
        policy=policy,
        vault=vault,
        redis=redis,
        database=database,
        text_carrier=carrier,
        voice_carrier=carrier,
        stores=make_stores(settings, database),
        prompts=None if settings.prompts is None else PromptFolder(settings.prompts),
        recordings=RecordingFolder(settings.recordings, vault),
        clock=clock,
    )


def _check_scripts(policy: Policy) -> None:
    """Every script the policy names is there, is made for its channel, and speaks every language of the city."""
    for channel, asking in ((Channel.SMS, policy.sms), (Channel.PHONE, policy.phone)):
        script = load_script(asking.script)
        if script.channel is not channel:
            raise SettingsError(f"HOTLINE_POLICY: script {script.name} is made for {script.channel}, not for {channel}")
        if missing := set(policy.languages) - set(script.languages):
            raise SettingsError(f"HOTLINE_POLICY: script {script.name} has no words in {', '.join(sorted(missing))}")
    flow, script = load_flow(policy.phone.flow), load_script(policy.phone.script)
    if missing := set(policy.spoken_languages) - (set(flow.languages) & set(flow.spoken(script).languages)):
        raise SettingsError(f"HOTLINE_POLICY: the telephone has no words in {', '.join(sorted(missing))}")
    for language, words in flow.words.items():
        if not lists(str(words["ask"]), script.scale):
            raise SettingsError(f"flow {flow.name}: words.{language}: ask does not say the scale {script.scale}")


def services() -> Services:
    """Those of the running web application."""
    found = current_app.extensions["hotline"]
    assert isinstance(found, Services)
    return found
