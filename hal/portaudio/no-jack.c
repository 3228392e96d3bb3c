/* Stands where Debian's PortAudio wants JACK's library, which would bring Berkeley DB and more: there is no JACK here.
 * PortAudio asks for a client first; getting none it goes on without, and calls nothing else of this. */
#define ABSENT(name) \
  void *name(void); \
  void *name(void) { return 0; }

ABSENT(jack_client_open)
ABSENT(jack_client_close)
ABSENT(jack_client_name_size)
ABSENT(jack_activate)
ABSENT(jack_deactivate)
ABSENT(jack_connect)
ABSENT(jack_frame_time)
ABSENT(jack_get_buffer_size)
ABSENT(jack_get_client_name)
ABSENT(jack_get_ports)
ABSENT(jack_get_sample_rate)
ABSENT(jack_on_shutdown)
ABSENT(jack_port_by_name)
ABSENT(jack_port_connected)
ABSENT(jack_port_disconnect)
ABSENT(jack_port_get_buffer)
ABSENT(jack_port_get_latency)
ABSENT(jack_port_name)
ABSENT(jack_port_name_size)
ABSENT(jack_port_register)
ABSENT(jack_port_unregister)
ABSENT(jack_set_error_function)
ABSENT(jack_set_process_callback)
ABSENT(jack_set_sample_rate_callback)
ABSENT(jack_set_xrun_callback)
