-- Whether the portal's copies were ever delivered: without them nothing can disagree.
select count(portal) > 0 or count(*) = 0 as is_known from marts.worklist
