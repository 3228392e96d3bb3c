# The person at the handset. Its sound card stands already, by the name the phone knows it by.
exec /usr/lib/hil/handset Handset "$(sh /usr/lib/hil/port.sh hil.handset)"
