-- What: budgets in CET, MET, EET and WET get the zone of a city, and projects in an abbreviation the zone that it was read as.
-- Why: Postgres reads those four without their summer, so that windows of such budgets began an hour late in it. Abbreviations are no longer accepted, because Postgres and Node.js read many of them differently.
-- Time on a large log: none.
-- Locks: none.
update runfold_internal.budget set changed_at = now(), time_zone = case upper(time_zone)
    when 'EET' then 'Europe/Athens' when 'WET' then 'Europe/Lisbon' else 'Europe/Brussels' end
  where upper(time_zone) in ('CET', 'MET', 'EET', 'WET');
--> statement-breakpoint
update runfold_internal.project p set time_zone = z.city from (values
  ('ACT', 'Australia/Darwin'), ('AET', 'Australia/Sydney'), ('AGT', 'America/Argentina/Buenos_Aires'),
  ('ART', 'Africa/Cairo'), ('AST', 'America/Anchorage'), ('BET', 'America/Sao_Paulo'),
  ('BST', 'Asia/Dhaka'), ('CAT', 'Africa/Maputo'), ('CNT', 'America/St_Johns'),
  ('CST', 'America/Chicago'), ('CTT', 'Asia/Shanghai'), ('EAT', 'Africa/Nairobi'),
  ('ECT', 'Europe/Paris'), ('IET', 'America/Indiana/Indianapolis'), ('IST', 'Asia/Kolkata'),
  ('JST', 'Asia/Tokyo'), ('MIT', 'Pacific/Apia'), ('NET', 'Asia/Yerevan'),
  ('NST', 'Pacific/Auckland'), ('PLT', 'Asia/Karachi'), ('PNT', 'America/Phoenix'),
  ('PRT', 'America/Puerto_Rico'), ('PST', 'America/Los_Angeles'), ('SST', 'Pacific/Guadalcanal'),
  ('VST', 'Asia/Ho_Chi_Minh')) as z (abbreviation, city)
  where upper(p.time_zone) = z.abbreviation;
