<?php

return [
    'driver' => 'bcrypt',
    'bcrypt' => ['verify' => true],
    'rehash_on_login' => true,
];
