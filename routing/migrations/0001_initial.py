# ruff: noqa: E501  (help texts)

from decimal import Decimal

import django.core.validators
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import routing.models.tools
import routing.models.validators


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Calendar",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True,
                        primary_key=True,
                        serialize=False,
                        verbose_name="ID",
                    ),
                ),
                (
                    "name",
                    models.CharField(
                        help_text="How you call these hours, for example “Office hours”.",
                        max_length=120,
                        unique=True,
                    ),
                ),
                (
                    "time_zone",
                    models.CharField(
                        default="America/New_York",
                        help_text="The hours below are the clock in this zone.",
                        max_length=64,
                        validators=[routing.models.validators.validate_time_zone],
                    ),
                ),
            ],
            options={
                "ordering": ["name"],
            },
        ),
        migrations.CreateModel(
            name="EscalationPolicy",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True,
                        primary_key=True,
                        serialize=False,
                        verbose_name="ID",
                    ),
                ),
                (
                    "name",
                    models.CharField(
                        help_text="How you call this order of people, for example “Front desk first”.",
                        max_length=120,
                        unique=True,
                    ),
                ),
                (
                    "end",
                    models.CharField(
                        choices=[
                            ("voicemail", "The caller leaves a voicemail"),
                            ("callback", "The caller is promised a call back"),
                            ("back_to_agent", "The caller goes back to the agent"),
                        ],
                        default="voicemail",
                        help_text="What happens when everybody was rung in vain.",
                        max_length=16,
                        verbose_name="if nobody takes the caller",
                    ),
                ),
                (
                    "follow_up_owner",
                    models.CharField(
                        blank=True,
                        help_text="Who works off the messages and call backs this leaves behind, for example “Front desk”.",
                        max_length=120,
                        verbose_name="follow-ups go to",
                    ),
                ),
                (
                    "follow_up_minutes",
                    models.PositiveIntegerField(
                        default=240,
                        help_text="How soon the caller should hear from you.",
                        validators=[
                            django.core.validators.MinValueValidator(5),
                            django.core.validators.MaxValueValidator(20160),
                        ],
                        verbose_name="follow-up due after (minutes)",
                    ),
                ),
            ],
            options={
                "verbose_name": "escalation policy",
                "verbose_name_plural": "escalation policies",
                "ordering": ["name"],
            },
        ),
        migrations.CreateModel(
            name="HttpTool",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True,
                        primary_key=True,
                        serialize=False,
                        verbose_name="ID",
                    ),
                ),
                (
                    "name",
                    models.CharField(
                        help_text="The name the agent calls it by: small letters, digits and underscores, for example check_opening_slots.",
                        max_length=64,
                        unique=True,
                        validators=[routing.models.validators.validate_tool_name],
                    ),
                ),
                (
                    "description",
                    models.TextField(
                        help_text="Tell the agent what the tool answers and when to use it. It decides from this text alone.",
                        verbose_name="what it does",
                    ),
                ),
                (
                    "method",
                    models.CharField(
                        choices=[("POST", "POST"), ("GET", "GET"), ("PUT", "PUT")],
                        default="POST",
                        help_text="POST sends the arguments as JSON, GET in the address.",
                        max_length=8,
                    ),
                ),
                (
                    "url",
                    models.CharField(
                        help_text="Where the request goes. It must begin with https://.",
                        max_length=500,
                        verbose_name="address",
                    ),
                ),
                (
                    "allow_private",
                    models.BooleanField(
                        default=False,
                        help_text="Only for a tool inside your own network. Ask an engineer first.",
                        verbose_name="allow private addresses",
                    ),
                ),
                (
                    "schema",
                    models.JSONField(
                        default=routing.models.tools.no_arguments,
                        help_text="Which arguments the agent gives, as a JSON Schema. What it means is shown below it after saving.",
                        validators=[routing.models.tools.validate_schema],
                        verbose_name="arguments",
                    ),
                ),
                (
                    "secret_name",
                    models.CharField(
                        blank=True,
                        help_text="The name of the environment variable that holds the tool's access token, for example TOOL_SECRET_CRM. Never the token itself.",
                        max_length=120,
                        validators=[routing.models.validators.validate_secret_name],
                        verbose_name="secret",
                    ),
                ),
                (
                    "timeout",
                    models.FloatField(
                        default=5.0,
                        help_text="From 0.5 to 20. The caller waits this long at most.",
                        validators=[
                            django.core.validators.MinValueValidator(0.5),
                            django.core.validators.MaxValueValidator(20),
                        ],
                        verbose_name="give up after (seconds)",
                    ),
                ),
                (
                    "waiting_line",
                    models.CharField(
                        blank=True,
                        help_text="For example “Let me look that up.” Empty: the agent stays silent until the profile's own “one moment”.",
                        max_length=250,
                        verbose_name="said while waiting",
                    ),
                ),
            ],
            options={
                "verbose_name": "tool",
                "ordering": ["name"],
            },
        ),
        migrations.CreateModel(
            name="LanguageProfile",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True,
                        primary_key=True,
                        serialize=False,
                        verbose_name="ID",
                    ),
                ),
                (
                    "name",
                    models.CharField(
                        help_text="How you call this set of languages, for example “English”.",
                        max_length=120,
                        unique=True,
                    ),
                ),
                (
                    "interruptible",
                    models.CharField(
                        choices=[
                            ("any", "Speech and keys"),
                            ("speech", "Speech only"),
                            ("dtmf", "Keys only"),
                            ("none", "Nothing"),
                        ],
                        default="any",
                        help_text="What stops the agent in mid-sentence: speaking, a key, both or nothing. Twilio calls it interruptible.",
                        max_length=8,
                        verbose_name="what stops the agent",
                    ),
                ),
                (
                    "welcome_greeting_interruptible",
                    models.CharField(
                        choices=[
                            ("any", "Speech and keys"),
                            ("speech", "Speech only"),
                            ("dtmf", "Keys only"),
                            ("none", "Nothing"),
                        ],
                        default="any",
                        help_text="What cuts the greeting short. With nothing, callers must hear all of it. Twilio calls it welcomeGreetingInterruptible.",
                        max_length=8,
                        verbose_name="what stops the greeting",
                    ),
                ),
                (
                    "interrupt_sensitivity",
                    models.CharField(
                        choices=[
                            ("high", "High"),
                            ("medium", "Medium"),
                            ("low", "Low"),
                        ],
                        default="high",
                        help_text="How little speech stops the agent. High reacts at once, also to noise; low makes callers speak up longer before the agent stops. Twilio calls it interruptSensitivity.",
                        max_length=8,
                        verbose_name="how easily speech stops the agent",
                    ),
                ),
                (
                    "ignore_backchannel",
                    models.BooleanField(
                        default=True,
                        help_text="The agent talks on when a caller only says “mhm” or “okay”. Twilio calls it ignoreBackchannel.",
                        verbose_name="talk on through “mhm”",
                    ),
                ),
                (
                    "report_input_during_agent_speech",
                    models.CharField(
                        choices=[
                            ("any", "Speech and keys"),
                            ("speech", "Speech only"),
                            ("dtmf", "Keys only"),
                            ("none", "Nothing"),
                        ],
                        default="any",
                        help_text="What the agent is told of things said or keyed while it was speaking. With nothing, the words that interrupted it can be missing from its answer. Twilio calls it reportInputDuringAgentSpeech.",
                        max_length=8,
                        verbose_name="what the agent hears while speaking",
                    ),
                ),
                (
                    "preemptible",
                    models.BooleanField(
                        default=False,
                        help_text="A newer sentence of the agent cuts off the one it is saying. Twilio calls it preemptible.",
                        verbose_name="newer sentences cut off older ones",
                    ),
                ),
                (
                    "echo_prompt_filtering",
                    models.BooleanField(
                        default=False,
                        help_text="On a loudspeaker the agent does not answer its own voice. Twilio calls it echoPromptFiltering.",
                        verbose_name="ignore the agent's own echo",
                    ),
                ),
                (
                    "profanity_filter",
                    models.BooleanField(
                        default=False,
                        help_text="Swear words are masked in transcripts. What was said is then not on record. Twilio calls it profanityFilter.",
                        verbose_name="mask swear words",
                    ),
                ),
                (
                    "background_noise_reduction",
                    models.BooleanField(
                        default=False,
                        help_text="Street and office noise is taken out before callers are transcribed. Twilio calls it backgroundNoiseReduction.",
                        verbose_name="reduce background noise",
                    ),
                ),
                (
                    "asr_smart_format",
                    models.BooleanField(
                        default=True,
                        help_text="Spoken numbers, dates and sums are written as figures. Twilio calls it asrSmartFormat.",
                        verbose_name="write numbers as figures",
                    ),
                ),
                (
                    "deepgram_smart_format",
                    models.BooleanField(
                        default=True,
                        help_text="The older switch for figures, for Deepgram only. The one above wins. Twilio calls it deepgramSmartFormat.",
                        verbose_name="write numbers as figures (Deepgram, older)",
                    ),
                ),
                (
                    "partial_prompts",
                    models.BooleanField(
                        default=False,
                        help_text="The agent sees words while they are being said, before the caller is done. Twilio calls it partialPrompts.",
                        verbose_name="show words while they are said",
                    ),
                ),
                (
                    "partial_prompt_on_hangup",
                    models.BooleanField(
                        default=True,
                        help_text="The last words of a caller who hangs up in mid-sentence are kept. Twilio calls it partialPromptOnHangup.",
                        verbose_name="keep the last words at hang-up",
                    ),
                ),
                (
                    "speech_timeout",
                    models.CharField(
                        default="auto",
                        help_text="Write auto, or milliseconds from 600 to 5000. How long a pause ends the caller's turn. Longer lets people think; shorter makes the agent answer faster and cut in more. Twilio calls it speechTimeout.",
                        max_length=8,
                        verbose_name="pause that ends a turn",
                    ),
                ),
                (
                    "eot_threshold",
                    models.DecimalField(
                        blank=True,
                        decimal_places=2,
                        help_text="From 0.5 to 0.9, only with flux; otherwise leave it empty. How sure the flux model must be that the caller is done. Higher waits longer. Twilio calls it eotThreshold.",
                        max_digits=3,
                        null=True,
                        verbose_name="certainty that a turn is over",
                    ),
                ),
                (
                    "eager_eot_threshold",
                    models.DecimalField(
                        blank=True,
                        decimal_places=2,
                        help_text="From 0.3 to 0.9, only with flux; otherwise leave it empty. When the flux model may begin to prepare an answer; below the one above. Twilio calls it eagerEotThreshold.",
                        max_digits=3,
                        null=True,
                        verbose_name="certainty to begin preparing an answer",
                    ),
                ),
                (
                    "merge_window_ms",
                    models.PositiveIntegerField(
                        default=450,
                        help_text="A pause in mid-sentence can split it in two. For this long the agent waits whether more is coming before it answers.",
                        validators=[
                            django.core.validators.MinValueValidator(0),
                            django.core.validators.MaxValueValidator(3000),
                        ],
                        verbose_name="wait for the rest of a sentence (ms)",
                    ),
                ),
                (
                    "dtmf_detection",
                    models.BooleanField(
                        default=True,
                        help_text="Keys that callers press reach the agent. Without it 0 reaches nobody. Twilio calls it dtmfDetection.",
                        verbose_name="listen to keys",
                    ),
                ),
                (
                    "inter_digit_ms",
                    models.PositiveIntegerField(
                        default=2500,
                        help_text="How long a caller may pause between two digits of one number.",
                        validators=[
                            django.core.validators.MinValueValidator(500),
                            django.core.validators.MaxValueValidator(10000),
                        ],
                        verbose_name="wait for the next digit (ms)",
                    ),
                ),
                (
                    "digit_terminator",
                    models.CharField(
                        choices=[("#", "#"), ("*", "*")],
                        default="#",
                        help_text="Callers who press it need not wait until the number is taken.",
                        max_length=1,
                        verbose_name="key that ends a number",
                    ),
                ),
                (
                    "tts_text_normalization",
                    models.CharField(
                        choices=[
                            ("auto", "Automatic"),
                            ("on", "Always"),
                            ("off", "Never"),
                        ],
                        default="auto",
                        help_text="Figures, dates and abbreviations are spoken the way people say them. Twilio calls it ttsTextNormalization.",
                        max_length=8,
                        verbose_name="say figures as people do",
                    ),
                ),
                (
                    "elevenlabs_text_normalization",
                    models.CharField(
                        choices=[
                            ("auto", "Automatic"),
                            ("on", "Always"),
                            ("off", "Never"),
                        ],
                        default="auto",
                        help_text="The older setting for that, for ElevenLabs only. The one above wins. Twilio calls it elevenlabsTextNormalization.",
                        max_length=8,
                        verbose_name="say figures as people do (ElevenLabs, older)",
                    ),
                ),
                (
                    "tts_language_text_normalization",
                    models.BooleanField(
                        default=False,
                        help_text="Figures follow the customs of the language; the agent answers a little later. Twilio calls it ttsLanguageTextNormalization.",
                        verbose_name="say figures by the rules of the language",
                    ),
                ),
                (
                    "events",
                    models.CharField(
                        default="speaker-events tokens-played",
                        help_text="Nothing callers notice: who speaks when, and which words were really played. Twilio calls it events.",
                        max_length=64,
                        verbose_name="reports during the call",
                    ),
                ),
                (
                    "include_in_prompt",
                    models.CharField(
                        blank=True,
                        help_text="Nothing callers notice: details of how their speech was split into turns. Twilio calls it includeInPrompt.",
                        max_length=64,
                        verbose_name="details with each turn",
                    ),
                ),
                (
                    "debug",
                    models.CharField(
                        blank=True,
                        help_text="Nothing callers notice: round-trip times, for an engineer on a test line. Twilio calls it debug.",
                        max_length=64,
                        verbose_name="debugging",
                    ),
                ),
                (
                    "application_reconnect",
                    models.BooleanField(
                        default=False,
                        help_text="After a lost connection the carrier calls us back instead of starting anew. Twilio calls it applicationReconnect.",
                        verbose_name="let the carrier reconnect",
                    ),
                ),
                (
                    "intelligence_service",
                    models.CharField(
                        blank=True,
                        help_text="Leave empty if you do not use it. Nothing callers notice: the Twilio Intelligence service to inform. Twilio calls it intelligenceService.",
                        max_length=120,
                        verbose_name="Twilio Intelligence service",
                    ),
                ),
                (
                    "conversation_configuration",
                    models.CharField(
                        blank=True,
                        help_text="Leave empty if you do not use it. Nothing callers notice: the Twilio conversation configuration to use. Twilio calls it conversationConfiguration.",
                        max_length=120,
                        verbose_name="Twilio conversation configuration",
                    ),
                ),
                (
                    "customer_name",
                    models.CharField(
                        blank=True,
                        help_text="Leave empty to have the caller's number shown there. Nothing callers notice: the caller's name in Twilio's own records. Twilio calls it customerName.",
                        max_length=120,
                        verbose_name="caller's name at Twilio",
                    ),
                ),
            ],
            options={
                "verbose_name": "language profile",
                "ordering": ["name"],
            },
        ),
        migrations.CreateModel(
            name="Contact",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True,
                        primary_key=True,
                        serialize=False,
                        verbose_name="ID",
                    ),
                ),
                (
                    "name",
                    models.CharField(
                        help_text="A person or a desk, as colleagues know it.",
                        max_length=120,
                    ),
                ),
                (
                    "phone",
                    models.CharField(
                        help_text="Where they are rung, with the country code.",
                        max_length=16,
                        validators=[routing.models.validators.validate_e164],
                    ),
                ),
                (
                    "email",
                    models.EmailField(
                        blank=True,
                        help_text="Where the summary of a call they take is sent.",
                        max_length=254,
                        verbose_name="email address",
                    ),
                ),
                (
                    "notes",
                    models.TextField(blank=True, help_text="For you; nobody hears it."),
                ),
                (
                    "calendar",
                    models.ForeignKey(
                        blank=True,
                        help_text="They are rung only while it is open. Empty: at any time.",
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="contacts",
                        to="routing.calendar",
                    ),
                ),
            ],
            options={
                "ordering": ["name", "id"],
            },
        ),
        migrations.CreateModel(
            name="Agent",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True,
                        primary_key=True,
                        serialize=False,
                        verbose_name="ID",
                    ),
                ),
                (
                    "name",
                    models.CharField(
                        help_text="How you call this agent, for example “Front desk”.",
                        max_length=120,
                        unique=True,
                    ),
                ),
                (
                    "objective",
                    models.CharField(
                        choices=[
                            ("triage", "Find out what is needed and pass it on"),
                            ("lead_capture", "Capture a lead"),
                            ("appointment", "Make an appointment"),
                            ("after_hours", "Take care of callers after hours"),
                            ("simple_routing", "Connect to the right person"),
                        ],
                        default="triage",
                        help_text="What a good call with this agent ends in.",
                        max_length=24,
                    ),
                ),
                (
                    "instructions",
                    models.TextField(
                        help_text="What the agent is told before every call: who it is, what it may promise, what to ask. Write short sentences. Opening hours, limits and whom to put through are decided by the portal, so leave them out."
                    ),
                ),
                (
                    "model",
                    models.CharField(
                        choices=[
                            (
                                "gpt-6-luna",
                                "gpt-6-luna: quick and cheap, right for most lines",
                            ),
                            (
                                "gpt-6.1-terra",
                                "gpt-6.1-terra: for harder conversations, ten times the price",
                            ),
                            (
                                "gpt-6-sol",
                                "gpt-6-sol: the strongest of the first series",
                            ),
                            (
                                "gpt-6.1-sol",
                                "gpt-6.1-sol: the strongest, always thinks before it speaks",
                            ),
                        ],
                        default="gpt-6-luna",
                        help_text="Stronger models answer later and cost more.",
                        max_length=64,
                        verbose_name="language model",
                    ),
                ),
                (
                    "reasoning_effort",
                    models.CharField(
                        choices=[
                            ("none", "None: answers at once"),
                            ("minimal", "Minimal"),
                            ("low", "Low: a good balance on the phone"),
                            ("medium", "Medium: callers will notice pauses"),
                            ("high", "High: long pauses"),
                        ],
                        default="low",
                        help_text="Callers hear thinking as a pause.",
                        max_length=16,
                        verbose_name="thinking before answering",
                    ),
                ),
                (
                    "max_output_tokens",
                    models.PositiveIntegerField(
                        default=800,
                        help_text="From 50 to 4096. Spoken answers are short; thinking counts too.",
                        validators=[
                            django.core.validators.MinValueValidator(50),
                            django.core.validators.MaxValueValidator(4096),
                        ],
                        verbose_name="longest answer (tokens)",
                    ),
                ),
                (
                    "zero_reaches_person",
                    models.BooleanField(
                        default=True,
                        help_text="A caller who presses 0 is put through at once.",
                        verbose_name="key 0 reaches a person",
                    ),
                ),
                (
                    "max_seconds",
                    models.PositiveIntegerField(
                        default=900,
                        help_text="From 60 to 7200.",
                        validators=[
                            django.core.validators.MinValueValidator(60),
                            django.core.validators.MaxValueValidator(7200),
                        ],
                        verbose_name="longest call (seconds)",
                    ),
                ),
                (
                    "warn_seconds",
                    models.PositiveIntegerField(
                        default=60,
                        help_text="How long before that the caller is told that time is short.",
                        validators=[
                            django.core.validators.MinValueValidator(0),
                            django.core.validators.MaxValueValidator(600),
                        ],
                        verbose_name="warning before the end (seconds)",
                    ),
                ),
                (
                    "max_cost",
                    models.DecimalField(
                        decimal_places=2,
                        default=Decimal("2.00"),
                        help_text="Reaching it ends the agent's part of the call.",
                        max_digits=8,
                        validators=[
                            django.core.validators.MinValueValidator(Decimal("0.05"))
                        ],
                        verbose_name="most a call may cost (US dollars)",
                    ),
                ),
                (
                    "at_limit",
                    models.CharField(
                        choices=[
                            ("goodbye", "Say goodbye and end the call"),
                            ("hand_off", "Hand the caller to a person"),
                        ],
                        default="hand_off",
                        help_text="For the longest call and for its cost.",
                        max_length=16,
                        verbose_name="when a limit is reached",
                    ),
                ),
                (
                    "silence_seconds",
                    models.PositiveIntegerField(
                        default=8,
                        help_text="How long a caller may be silent before the agent asks if they are still there.",
                        validators=[
                            django.core.validators.MinValueValidator(3),
                            django.core.validators.MaxValueValidator(60),
                        ],
                        verbose_name="silence before asking (seconds)",
                    ),
                ),
                (
                    "silence_prompts",
                    models.PositiveIntegerField(
                        default=2,
                        help_text="After that many questions without an answer the next line applies.",
                        validators=[
                            django.core.validators.MinValueValidator(0),
                            django.core.validators.MaxValueValidator(5),
                        ],
                        verbose_name="how often to ask",
                    ),
                ),
                (
                    "at_silence",
                    models.CharField(
                        choices=[
                            ("goodbye", "Say goodbye and end the call"),
                            ("hand_off", "Hand the caller to a person"),
                        ],
                        default="goodbye",
                        help_text="A caller who cannot be heard may still need a person.",
                        max_length=16,
                        verbose_name="when the caller stays silent",
                    ),
                ),
                (
                    "filler_after",
                    models.FloatField(
                        default=2.0,
                        help_text="How long an answer may take before the caller hears that it comes.",
                        validators=[
                            django.core.validators.MinValueValidator(0.5),
                            django.core.validators.MaxValueValidator(10),
                        ],
                        verbose_name="“one moment” after (seconds)",
                    ),
                ),
                (
                    "first_token_seconds",
                    models.FloatField(
                        default=8.0,
                        help_text="Then the agent apologises and hands the caller to a person.",
                        validators=[
                            django.core.validators.MinValueValidator(2),
                            django.core.validators.MaxValueValidator(30),
                        ],
                        verbose_name="give up on an answer after (seconds)",
                    ),
                ),
                (
                    "max_tool_rounds",
                    models.PositiveIntegerField(
                        default=6,
                        help_text="So that an agent cannot look things up for ever.",
                        validators=[
                            django.core.validators.MinValueValidator(1),
                            django.core.validators.MaxValueValidator(20),
                        ],
                        verbose_name="most look-ups for one answer",
                    ),
                ),
                (
                    "policy",
                    models.ForeignKey(
                        blank=True,
                        help_text="Whom this agent hands callers to. Empty: the number's own policy.",
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="agents",
                        to="routing.escalationpolicy",
                        verbose_name="escalation policy",
                    ),
                ),
                (
                    "tools",
                    models.ManyToManyField(
                        blank=True,
                        help_text="What the agent may look up or do while it talks.",
                        related_name="agents",
                        to="routing.httptool",
                    ),
                ),
            ],
            options={
                "ordering": ["name"],
            },
        ),
        migrations.CreateModel(
            name="PhoneNumber",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True,
                        primary_key=True,
                        serialize=False,
                        verbose_name="ID",
                    ),
                ),
                (
                    "e164",
                    models.CharField(
                        help_text="The number people call, with its country code.",
                        max_length=16,
                        unique=True,
                        validators=[routing.models.validators.validate_e164],
                        verbose_name="number",
                    ),
                ),
                (
                    "label",
                    models.CharField(
                        help_text="How you call this line, for example “Main line”. Callers do not hear it; lists and reports show it.",
                        max_length=120,
                    ),
                ),
                (
                    "time_zone",
                    models.CharField(
                        default="America/New_York",
                        help_text="Where this line is. Times of its calls are shown in this zone.",
                        max_length=64,
                        validators=[routing.models.validators.validate_time_zone],
                    ),
                ),
                (
                    "path",
                    models.CharField(
                        choices=[
                            ("relay", "Agent (relay)"),
                            ("sip", "Agent, speech to speech (SIP)"),
                            ("person", "People only"),
                        ],
                        default="relay",
                        help_text="Who takes calls that no routing rule decides. With relay the carrier turns speech into text and back; with SIP the model hears and speaks itself.",
                        max_length=16,
                        verbose_name="answered by",
                    ),
                ),
                (
                    "active",
                    models.BooleanField(
                        default=True,
                        help_text="Switch off to turn away every call to this number.",
                    ),
                ),
                (
                    "agent",
                    models.ForeignKey(
                        blank=True,
                        help_text="Who answers. Not needed where only people answer.",
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="numbers",
                        to="routing.agent",
                    ),
                ),
                (
                    "policy",
                    models.ForeignKey(
                        help_text="Whom callers are put through to when the agent cannot help or cannot be reached. So no caller of this line is ever lost.",
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="numbers",
                        to="routing.escalationpolicy",
                        verbose_name="escalation policy",
                    ),
                ),
                (
                    "profile",
                    models.ForeignKey(
                        help_text="The languages spoken on this line, the voice and the sentences.",
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="numbers",
                        to="routing.languageprofile",
                        verbose_name="language profile",
                    ),
                ),
            ],
            options={
                "verbose_name": "number",
                "ordering": ["label", "e164"],
            },
        ),
        migrations.CreateModel(
            name="PolicyStep",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True,
                        primary_key=True,
                        serialize=False,
                        verbose_name="ID",
                    ),
                ),
                ("position", models.PositiveIntegerField(db_index=True, default=1000)),
                (
                    "ring_seconds",
                    models.PositiveIntegerField(
                        default=20,
                        help_text="From 5 to 600. Ringing on a mobile for more than 20 reaches its own mailbox.",
                        validators=[
                            django.core.validators.MinValueValidator(5),
                            django.core.validators.MaxValueValidator(600),
                        ],
                        verbose_name="ring for (seconds)",
                    ),
                ),
                (
                    "contact",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="steps",
                        to="routing.contact",
                    ),
                ),
                (
                    "policy",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="steps",
                        to="routing.escalationpolicy",
                    ),
                ),
            ],
            options={
                "verbose_name": "contact to ring",
                "verbose_name_plural": "contacts to ring, in this order",
                "ordering": ["position", "id"],
            },
        ),
        migrations.CreateModel(
            name="Release",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True,
                        primary_key=True,
                        serialize=False,
                        verbose_name="ID",
                    ),
                ),
                ("number", models.PositiveIntegerField(unique=True)),
                ("snapshot", models.JSONField()),
                (
                    "note",
                    models.TextField(blank=True, help_text="What changed, and why."),
                ),
                (
                    "created_at",
                    models.DateTimeField(auto_now_add=True, verbose_name="published"),
                ),
                (
                    "author",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="releases",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="published by",
                    ),
                ),
            ],
            options={
                "ordering": ["-number"],
                "permissions": [("publish_release", "Can publish a release")],
                "default_permissions": ("view",),
            },
        ),
        migrations.CreateModel(
            name="RoutingRule",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True,
                        primary_key=True,
                        serialize=False,
                        verbose_name="ID",
                    ),
                ),
                (
                    "position",
                    models.PositiveIntegerField(
                        db_index=True, default=1000, verbose_name="order"
                    ),
                ),
                (
                    "name",
                    models.CharField(
                        help_text="What this rule is for, for example “Blocked callers”. Every call it decides is listed with this name.",
                        max_length=120,
                    ),
                ),
                (
                    "caller_match",
                    models.CharField(
                        choices=[
                            ("any", "Any caller"),
                            ("listed", "Only the callers listed"),
                            ("not_listed", "All callers but the ones listed"),
                            ("withheld", "Only callers who withhold their number"),
                        ],
                        default="any",
                        help_text="A caller without a number is never on a list.",
                        max_length=16,
                        verbose_name="which callers",
                    ),
                ),
                (
                    "callers",
                    models.TextField(
                        blank=True,
                        help_text="One number a line with its country code, such as +1 202 555 0199, or the beginning of many followed by a star, such as +1202*.",
                        verbose_name="callers listed",
                    ),
                ),
                (
                    "hours_match",
                    models.CharField(
                        choices=[
                            ("any", "At any time"),
                            ("open", "While the calendar is open"),
                            ("closed", "While the calendar is closed"),
                        ],
                        default="any",
                        help_text="Whether opening hours matter.",
                        max_length=8,
                        verbose_name="when",
                    ),
                ),
                (
                    "action",
                    models.CharField(
                        choices=[
                            ("accept", "Let an agent answer"),
                            ("divert", "Put through to a person"),
                            ("voicemail", "Send to voicemail"),
                            ("reject", "Reject the call"),
                        ],
                        default="accept",
                        help_text="What is done with a call when all of the above holds.",
                        max_length=16,
                        verbose_name="what happens",
                    ),
                ),
                (
                    "message",
                    models.TextField(
                        blank=True,
                        help_text="What the caller hears before leaving a message. Empty: the language profile's own sentence.",
                        verbose_name="said before the tone",
                    ),
                ),
                (
                    "sip_status",
                    models.PositiveSmallIntegerField(
                        choices=[
                            (603, "Declined (603)"),
                            (486, "Busy (486)"),
                            (480, "Not reachable at the moment (480)"),
                            (404, "Number does not exist (404)"),
                        ],
                        default=603,
                        help_text="Busy sounds like a busy line; the others like a number that does not take the call.",
                        verbose_name="what the caller is told",
                    ),
                ),
                (
                    "because",
                    models.CharField(
                        choices=[
                            ("rule", "Rejected by a rule"),
                            ("spam", "Spam"),
                            ("closed", "Closed"),
                        ],
                        default="rule",
                        help_text="How reports count the rejected calls.",
                        max_length=16,
                        verbose_name="counted as",
                    ),
                ),
                (
                    "agent",
                    models.ForeignKey(
                        blank=True,
                        help_text="Who answers. Empty: the number's own agent.",
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="rules",
                        to="routing.agent",
                    ),
                ),
                (
                    "calendar",
                    models.ForeignKey(
                        blank=True,
                        help_text="Whose opening hours.",
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="rules",
                        to="routing.calendar",
                    ),
                ),
                (
                    "numbers",
                    models.ManyToManyField(
                        blank=True,
                        help_text="Which of your numbers it is for. None chosen: all of them.",
                        related_name="rules",
                        to="routing.phonenumber",
                    ),
                ),
                (
                    "policy",
                    models.ForeignKey(
                        blank=True,
                        help_text="Who is rung, and in which order. Where an agent answers: whom it hands callers to; empty: its own policy.",
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="rules",
                        to="routing.escalationpolicy",
                        verbose_name="escalation policy",
                    ),
                ),
                (
                    "profile",
                    models.ForeignKey(
                        blank=True,
                        help_text="In which languages. Empty: the number's own.",
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="rules",
                        to="routing.languageprofile",
                        verbose_name="language profile",
                    ),
                ),
            ],
            options={
                "verbose_name": "routing rule",
                "ordering": ["position", "id"],
            },
        ),
        migrations.CreateModel(
            name="AgentField",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True,
                        primary_key=True,
                        serialize=False,
                        verbose_name="ID",
                    ),
                ),
                ("position", models.PositiveIntegerField(db_index=True, default=1000)),
                (
                    "name",
                    models.CharField(
                        help_text="For example callback_number.",
                        max_length=40,
                        validators=[
                            django.core.validators.RegexValidator(
                                "^[a-z][a-z0-9_]*$",
                                "Use small letters, digits and underscores, such as callback_number.",
                            )
                        ],
                    ),
                ),
                (
                    "description",
                    models.CharField(
                        help_text="For example “the number we can call back on”.",
                        max_length=250,
                        verbose_name="what to ask for",
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("text", "Text"),
                            ("name", "Name"),
                            ("phone", "Phone number"),
                            ("email", "Email address"),
                            ("number", "Number"),
                            ("date", "Date"),
                            ("yes_no", "Yes or no"),
                        ],
                        default="text",
                        help_text="Answers that do not look like it are asked again.",
                        max_length=16,
                    ),
                ),
                (
                    "required_before_handoff",
                    models.BooleanField(
                        default=False,
                        help_text="The agent asks for it before it puts a caller through.",
                        verbose_name="needed before a person takes over",
                    ),
                ),
                (
                    "agent",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="fields",
                        to="routing.agent",
                    ),
                ),
            ],
            options={
                "verbose_name": "field to collect",
                "verbose_name_plural": "fields to collect, in this order",
                "ordering": ["position", "id"],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("agent", "name"),
                        name="routing_field_once_in_an_agent",
                        violation_error_message="This agent collects it already; remove one.",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="CalendarSpan",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True,
                        primary_key=True,
                        serialize=False,
                        verbose_name="ID",
                    ),
                ),
                (
                    "weekday",
                    models.PositiveSmallIntegerField(
                        choices=[
                            (0, "Monday"),
                            (1, "Tuesday"),
                            (2, "Wednesday"),
                            (3, "Thursday"),
                            (4, "Friday"),
                            (5, "Saturday"),
                            (6, "Sunday"),
                        ],
                        verbose_name="day",
                    ),
                ),
                ("opens", models.TimeField()),
                (
                    "closes",
                    models.TimeField(
                        help_text="A time before the opening is on the next day. For a whole day write 00:00 twice."
                    ),
                ),
                (
                    "calendar",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="spans",
                        to="routing.calendar",
                    ),
                ),
            ],
            options={
                "verbose_name": "opening",
                "ordering": ["weekday", "opens"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("weekday__lte", 6)),
                        name="routing_span_is_on_a_weekday",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Language",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True,
                        primary_key=True,
                        serialize=False,
                        verbose_name="ID",
                    ),
                ),
                ("position", models.PositiveIntegerField(db_index=True, default=1000)),
                (
                    "code",
                    models.CharField(
                        default="en-US",
                        help_text="A language code such as en-US or es-US, or multi to let the carrier tell which language the caller speaks.",
                        max_length=35,
                        verbose_name="language",
                    ),
                ),
                (
                    "transcription_provider",
                    models.CharField(
                        choices=[("Deepgram", "Deepgram"), ("Google", "Google")],
                        default="Deepgram",
                        help_text="Who turns the caller's speech into text.",
                        max_length=16,
                        verbose_name="speech recognition by",
                    ),
                ),
                (
                    "speech_model",
                    models.CharField(
                        choices=[
                            (
                                "nova-3-general",
                                "nova-3-general (Deepgram): newest, most languages",
                            ),
                            (
                                "nova-2-general",
                                "nova-2-general (Deepgram): for languages nova-3 lacks",
                            ),
                            (
                                "flux",
                                "flux (Deepgram): tells by itself when a caller is done",
                            ),
                            ("telephony", "telephony (Google): made for phone lines"),
                            ("long", "long (Google): for callers who talk at length"),
                        ],
                        default="nova-3-general",
                        help_text="It must be one of the provider chosen beside it.",
                        max_length=32,
                        verbose_name="speech model",
                    ),
                ),
                (
                    "tts_provider",
                    models.CharField(
                        choices=[
                            ("Google", "Google"),
                            ("Amazon", "Amazon"),
                            ("ElevenLabs", "ElevenLabs"),
                        ],
                        default="Google",
                        help_text="Whose voices the agent speaks with.",
                        max_length=16,
                        verbose_name="voice by",
                    ),
                ),
                (
                    "voice",
                    models.CharField(
                        default="en-US-Chirp3-HD-Aoede",
                        help_text="The provider's own name of the voice, for example en-US-Chirp3-HD-Aoede (Google), Joanna-Neural (Amazon) or the 20 letters and digits of an ElevenLabs voice.",
                        max_length=120,
                    ),
                ),
                (
                    "greeting",
                    models.TextField(
                        blank=True,
                        help_text="The first sentence callers hear. Only the first language's is spoken; no card data.",
                    ),
                ),
                (
                    "hints",
                    models.TextField(
                        blank=True,
                        help_text="Names and words that callers say here, separated by commas, names in capitals, so that they are understood. No card data.",
                    ),
                ),
                (
                    "filler",
                    models.TextField(
                        blank=True,
                        default="",
                        help_text="When an answer takes longer than usual.",
                        verbose_name="one moment",
                    ),
                ),
                (
                    "apology",
                    models.TextField(
                        blank=True,
                        default="",
                        help_text="When an answer took far too long.",
                        verbose_name="apology",
                    ),
                ),
                (
                    "still_there",
                    models.TextField(
                        blank=True,
                        default="",
                        help_text="When the caller has been silent a while.",
                        verbose_name="are you there",
                    ),
                ),
                (
                    "silence_goodbye",
                    models.TextField(
                        blank=True,
                        default="",
                        help_text="When the caller stays silent and the call ends.",
                        verbose_name="goodbye after silence",
                    ),
                ),
                (
                    "length_warning",
                    models.TextField(
                        blank=True,
                        default="",
                        help_text="Shortly before the time is up.",
                        verbose_name="call is getting long",
                    ),
                ),
                (
                    "limit_goodbye",
                    models.TextField(
                        blank=True,
                        default="",
                        help_text="When the time is up.",
                        verbose_name="goodbye at the limit",
                    ),
                ),
                (
                    "handoff",
                    models.TextField(
                        blank=True,
                        default="",
                        help_text="Before the caller is put through to a person.",
                        verbose_name="putting through",
                    ),
                ),
                (
                    "resumed",
                    models.TextField(
                        blank=True,
                        default="",
                        help_text="After the connection was lost.",
                        verbose_name="back after an interruption",
                    ),
                ),
                (
                    "closing",
                    models.TextField(
                        blank=True,
                        default="",
                        help_text="When a call ends well.",
                        verbose_name="goodbye",
                    ),
                ),
                (
                    "whisper",
                    models.TextField(
                        blank=True,
                        default="",
                        help_text="What your colleague hears before taking the caller.",
                        verbose_name="to the colleague",
                    ),
                ),
                (
                    "voicemail",
                    models.TextField(
                        blank=True,
                        default="",
                        help_text="Before a caller leaves a message.",
                        verbose_name="before the tone",
                    ),
                ),
                (
                    "nobody_free",
                    models.TextField(
                        blank=True,
                        default="",
                        help_text="When no colleague took the caller.",
                        verbose_name="nobody is free",
                    ),
                ),
                (
                    "closed",
                    models.TextField(
                        blank=True,
                        default="",
                        help_text="When a rule turns a caller away after hours.",
                        verbose_name="we are closed",
                    ),
                ),
                (
                    "profile",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="languages",
                        to="routing.languageprofile",
                    ),
                ),
            ],
            options={
                "verbose_name": "language",
                "ordering": ["position", "id"],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("profile", "code"),
                        name="routing_language_once_in_a_profile",
                        violation_error_message="This language is in the profile already; remove one of the two.",
                    )
                ],
            },
        ),
        migrations.AddConstraint(
            model_name="phonenumber",
            constraint=models.CheckConstraint(
                condition=models.Q(("e164__regex", "^\\+[1-9][0-9]{6,14}$")),
                name="routing_number_is_e164",
            ),
        ),
        migrations.AddConstraint(
            model_name="phonenumber",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("path", "person"), ("agent__isnull", False), _connector="OR"
                ),
                name="routing_number_has_an_agent",
                violation_error_message="Choose an agent, or let people answer.",
            ),
        ),
        migrations.AddConstraint(
            model_name="routingrule",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("hours_match", "any"), ("calendar__isnull", False), _connector="OR"
                ),
                name="routing_rule_has_its_calendar",
                violation_error_message="Choose a calendar.",
            ),
        ),
        migrations.AddConstraint(
            model_name="routingrule",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("action", "divert"), _negated=True),
                    ("policy__isnull", False),
                    _connector="OR",
                ),
                name="routing_rule_has_its_policy",
                violation_error_message="Choose an escalation policy.",
            ),
        ),
    ]
